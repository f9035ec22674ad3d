import { gatedCall } from '../gated-call.ts';
import { noteGated } from '../gated-names.ts';

/** What `execute` of a tool is told besides its input. */
interface ExecuteOptions {
  readonly toolCallId?: string | undefined;
  readonly abortSignal?: AbortSignal | undefined;
}

/** A tool of the AI SDK, as far as it is called. */
export interface AiSdkTool {
  readonly execute?: ((input: never, options: never) => unknown) | undefined;
}

/**
 * The same tools behind the gate of the run that calls them: `tool.called` asks its policies, which may refuse the call,
 * put a result in its place, delay it or ask a person; then `tool.completed` or `tool.failed`. A refusal is an error of
 * the tool, which the AI SDK tells to the model. Tools without `execute` stay as they are. An `execute` that yields
 * results one after the other gives only the last. Outside of runs they reject with `BAD_OPTION`.
 */
export function gatedTools<Tools extends Readonly<Record<string, AiSdkTool>>>(tools: Tools): Tools {
  return Object.fromEntries(
    Object.entries(tools).map(([name, tool]) => [name, gatedTool(name, tool)]),
  ) as Tools;
}

function gatedTool(name: string, tool: AiSdkTool): AiSdkTool {
  const { execute } = tool;
  if (typeof execute !== 'function') return tool;
  noteGated(name);
  const gated = (input: unknown, options: ExecuteOptions = {}): Promise<unknown> =>
    gatedCall({
      ...{ tool: name, args: input, callId: options.toolCallId },
      work: signal => lastOf(execute.call(tool, input as never, withSignal(options, signal) as never)),
    });
  return { ...tool, execute: gated };
}

async function lastOf(result: unknown): Promise<unknown> {
  if (typeof result !== 'object' || result === null || !(Symbol.asyncIterator in result)) return result;
  let last: unknown;
  for await (const value of result as AsyncIterable<unknown>) last = value;
  return last;
}

function withSignal(options: ExecuteOptions, signal: AbortSignal): ExecuteOptions {
  const { abortSignal } = options;
  return { ...options, abortSignal: abortSignal ? AbortSignal.any([abortSignal, signal]) : signal };
}
