import { gatedCall } from '../gated-call.ts';
import { toolResultOf } from './message-events.ts';

/** A tool of LangChain, as far as it is called. */
export interface LangChainTool {
  readonly name: string;
  invoke(input: never, config?: never): Promise<unknown>;
}

/**
 * The same tools behind the gate of the run that calls them: `tool.called` asks its policies, which may refuse the call,
 * put a result in its place, delay it or ask a person; then `tool.completed` or `tool.failed`. They stand in for the
 * tools everywhere, `bindTools` and `ToolNode` too. A refusal is thrown by the tool: `ToolNode` tells it to the model
 * unless it has `handleToolErrors: false`, with which it fails the run. Outside of runs they reject with `BAD_OPTION`.
 */
export function gatedTools<Tools extends readonly LangChainTool[]>(tools: Tools): Tools {
  return tools.map(gatedTool) as unknown as Tools;
}

function gatedTool(tool: LangChainTool): LangChainTool {
  const invoke = (input: unknown, config?: unknown): Promise<unknown> =>
    gatedCall({
      ...{ tool: tool.name, args: argsOf(input), callId: callIdOf(input) },
      work: signal => tool.invoke(input as never, withSignal(config, signal) as never),
      shown: toolResultOf,
      isPause: isBubble,
    });
  // A proxy, since frameworks ask for classes and for members that nobody can list; only calls are diverted.
  return new Proxy(tool, {
    get: (target, name) => {
      if (name === 'invoke' || name === 'call') return invoke;
      return Reflect.get(target, name, target) as unknown;
    },
  });
}

/** A model's call holds the arguments beside its id; anybody else gives them alone. */
function argsOf(input: unknown): unknown {
  return isToolCall(input) ? input.args : input;
}

function callIdOf(input: unknown): string | undefined {
  return isToolCall(input) && typeof input.id === 'string' && input.id !== '' ? input.id : undefined;
}

function isToolCall(input: unknown): input is { readonly args: unknown; readonly id?: unknown } {
  return (
    typeof input === 'object' &&
    input !== null &&
    'type' in input &&
    input.type === 'tool_call' &&
    'args' in input
  );
}

/** The step's signal fires with the run's, and at a timeout or veto of the call, too. */
function withSignal(config: unknown, signal: AbortSignal): object {
  const given = (config ?? {}) as { readonly signal?: AbortSignal };
  return { ...given, signal: given.signal ? AbortSignal.any([given.signal, signal]) : signal };
}

/** What LangGraph throws to leave a node on purpose: to ask a person, or to go to another graph. */
function isBubble(thrown: unknown): boolean {
  return (
    typeof thrown === 'object' && thrown !== null && 'is_bubble_up' in thrown && thrown.is_bubble_up === true
  );
}
