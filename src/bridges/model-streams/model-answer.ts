import type { Json, JsonObject } from '../../event/json.ts';
import type { Clock } from '../../time/clock.ts';
import { monotonicOf, since } from '../monotonic.ts';
import type { Produced } from '../produced.ts';

/** A call of a tool that the model asks for, to be done with `ctx.tool`. */
export interface ModelToolCall {
  readonly callId: string;
  readonly tool: string;
  /** Parsed; the text where it is no JSON. */
  readonly args: Json;
}

interface Input {
  readonly callId: string;
  readonly tool: string;
  /** Arguments are told whole in the end, and JSON has no halves. */
  text: string;
}

/** What is known of the answer of a model while it streams: its texts, the arguments it writes, how long it takes. */
export class ModelAnswer {
  readonly calls: ModelToolCall[] = [];
  readonly #clock: Clock;
  readonly #texts = new Map<string, string | undefined>();
  readonly #inputs = new Map<string, Input>();
  #callId = 'answer';
  #model: string | undefined;
  #began: number;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#began = monotonicOf(clock);
  }

  begin(callId: string | undefined, model: string | undefined): Produced[] {
    this.#callId = callId ?? this.#callId;
    this.#model = model;
    this.#began = monotonicOf(this.#clock);
    return [
      {
        type: 'llm.prompt',
        data: { callId: this.#callId, ...(model !== undefined && { model }), messages: [] },
      },
    ];
  }

  text(content: unknown, messageId: string, role?: string): Produced[] {
    if (typeof content !== 'string' || content === '') return [];
    this.#texts.set(messageId, role);
    return [{ type: 'token', data: { content, messageId, ...(role !== undefined && { role }) } }];
  }

  /** `key` is what the pieces of the arguments go under. */
  openInput(key: string, callId: string, tool: string): void {
    this.#inputs.set(key, { callId, tool, text: '' });
  }

  input(key: string, delta: unknown): Produced[] {
    const input = this.#inputs.get(key);
    if (!input || typeof delta !== 'string' || delta === '') return [];
    input.text += delta;
    const { callId, tool } = input;
    return [{ type: 'custom:tool-input', data: { callId, tool, delta, partial: true } }];
  }

  /** The call is whole; `args` where they are told besides. */
  closeInput(
    key: string,
    args?: unknown,
  ): { readonly call: ModelToolCall; readonly said: Produced[] } | undefined {
    const input = this.#inputs.get(key);
    if (!input) return undefined;
    this.#inputs.delete(key);
    const { callId, tool, text } = input;
    const said = text === '' ? [] : [lastOf(callId, tool)];
    return {
      call: { callId, tool, args: parsed(typeof args === 'string' && args !== '' ? args : text) },
      said,
    };
  }

  /** Ends each text, and the call of the model. */
  complete(finishReason: string | undefined, usage: JsonObject | undefined): Produced[] {
    const ends = [...this.#texts].map(([messageId, role]): Produced => ({
      type: 'token',
      data: {
        ...{ content: '', messageId, finishReason: finishReason ?? 'stop' },
        ...(role !== undefined && { role }),
      },
    }));
    this.#texts.clear();
    const response: JsonObject = {
      ...(this.#model !== undefined && { model: this.#model }),
      ...(finishReason !== undefined && { finishReason }),
      ...(this.calls.length > 0 && { toolCalls: this.calls.map(call => ({ ...call })) }),
    };
    const durationMs = since(this.#clock, this.#began);
    const data = { callId: this.#callId, response, durationMs, ...(usage && { usage }) };
    return [...ends, { type: 'llm.response', data }];
  }

  fail(error: string): Produced[] {
    return [{ type: 'llm.failed', data: { callId: this.#callId, error } }];
  }
}

/** Usage in the words that both services use. */
export function usageOf(usage: JsonObject): JsonObject | undefined {
  const { input_tokens: inputTokens, output_tokens: outputTokens } = usage;
  if (typeof inputTokens !== 'number' && typeof outputTokens !== 'number') return undefined;
  return {
    ...(typeof inputTokens === 'number' && { inputTokens }),
    ...(typeof outputTokens === 'number' && { outputTokens }),
  };
}

function lastOf(callId: string, tool: string): Produced {
  return { type: 'custom:tool-input', data: { callId, tool, delta: '', partial: true, last: true } };
}

function parsed(text: string): Json {
  if (text === '') return {};
  try {
    return JSON.parse(text) as Json;
  } catch {
    return text;
  }
}
