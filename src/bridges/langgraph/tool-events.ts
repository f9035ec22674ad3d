import { messageOf } from '../../errors/error-text.ts';
import type { Json } from '../../event/json.ts';
import type { Clock } from '../../time/clock.ts';
import { monotonicOf, since } from '../monotonic.ts';
import { plainJson } from '../plain-json.ts';
import type { Produced } from '../produced.ts';
import { toolResultOf, typeOf } from './message-events.ts';

interface OpenCall {
  readonly callId: string;
  readonly tool: string;
  readonly began: number;
  readonly node: string | undefined;
}

const MOST_DONE = 10_000;

/**
 * Reads the mode `tools`, and the answers of tools among the messages where that mode told nothing of them: tools that
 * are called without a gate are told all the same.
 */
export class ToolEvents {
  readonly #clock: Clock;
  readonly #isTold: (tool: unknown, callId: unknown) => boolean;
  readonly #open: OpenCall[] = [];
  readonly #done = new Set<string>();
  #unnamed = 0;

  constructor(clock: Clock, isTold: (tool: unknown, callId: unknown) => boolean = () => false) {
    this.#clock = clock;
    this.#isTold = isTold;
  }

  read(chunk: unknown, node: string | undefined): Produced[] {
    if (typeof chunk !== 'object' || chunk === null) return [];
    const { event, toolCallId, name, ...said } = chunk as Record<string, unknown>;
    const tool = typeof name === 'string' && name !== '' ? name : 'tool';
    if (this.#isTold(tool, toolCallId)) return [];
    switch (event) {
      case 'on_tool_start':
        return [this.#started({ tool, toolCallId, node, args: argsOf(said['input']) })];
      case 'on_tool_end':
        return this.#ended(tool, toolCallId, (callId, durationMs) => ({
          type: 'tool.completed',
          data: { callId, result: toolResultOf(said['output']), durationMs },
        }));
      case 'on_tool_error':
        return this.#ended(tool, toolCallId, callId => ({
          type: 'tool.failed',
          data: { callId, error: messageOf(said['error']) },
        }));
      default:
        return [
          {
            type: 'custom:langgraph.tool',
            data: { tool, event: String(event), said: plainJson(said) },
            node,
          },
        ];
    }
  }

  /** An answer of a tool that nothing else told of. */
  readMessage(chunk: unknown, node: string | undefined): Produced[] {
    const message: unknown = Array.isArray(chunk) ? chunk[0] : chunk;
    if (typeof message !== 'object' || message === null || typeOf(message) !== 'tool') return [];
    const { tool_call_id: callId, name, status, content } = message as Record<string, unknown>;
    if (typeof callId !== 'string' || callId === '') return [];
    const tool = typeof name === 'string' && name !== '' ? name : 'tool';
    const isKnown = this.#done.has(callId) || this.#open.some(open => open.callId === callId);
    if (isKnown || this.#isTold(tool, callId)) return [];
    this.#remember(callId);
    const called: Produced = { type: 'tool.called', data: { callId, tool, args: null }, node };
    if (status === 'error')
      return [called, { type: 'tool.failed', data: { callId, error: textOf(content) }, node }];
    return [
      called,
      { type: 'tool.completed', data: { callId, result: plainJson(content), durationMs: 0 }, node },
    ];
  }

  /** What is still open failed. */
  fail(error: string): Produced[] {
    return this.#open.splice(0).map(({ callId, node }) => ({
      ...{ type: 'tool.failed', node },
      data: { callId, error },
    }));
  }

  #started({
    tool,
    toolCallId,
    node,
    args,
  }: {
    readonly tool: string;
    readonly toolCallId: unknown;
    readonly node: string | undefined;
    readonly args: Json;
  }): Produced {
    const callId =
      typeof toolCallId === 'string' && toolCallId !== '' ? toolCallId : `${tool}-${++this.#unnamed}`;
    this.#open.push({ callId, tool, began: monotonicOf(this.#clock), node });
    return { type: 'tool.called', data: { callId, tool, args }, node };
  }

  /** Calls without an id of their own end in the order in which they began. */
  #ended(
    tool: string,
    toolCallId: unknown,
    say: (callId: string, durationMs: number) => Produced,
  ): Produced[] {
    const at = this.#open.findIndex(open => (toolCallId ? open.callId === toolCallId : open.tool === tool));
    if (at < 0) return [];
    const [call] = this.#open.splice(at, 1);
    const { callId, began, node } = call!;
    this.#remember(callId);
    return [{ ...say(callId, since(this.#clock, began)), node }];
  }

  #remember(callId: string): void {
    // The oldest goes: its message came long ago.
    if (this.#done.size >= MOST_DONE) this.#done.delete(this.#done.keys().next().value!);
    this.#done.add(callId);
  }
}

/** LangChain gives the arguments as JSON text, or as the text that a tool takes. */
function argsOf(input: unknown): Json {
  if (typeof input !== 'string') return plainJson(input);
  try {
    return JSON.parse(input) as Json;
  } catch {
    return input;
  }
}

function textOf(content: unknown): string {
  return typeof content === 'string' ? content : JSON.stringify(plainJson(content));
}
