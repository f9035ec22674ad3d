import { messageOf } from '../../errors/error-text.ts';
import type { Json, JsonObject } from '../../event/json.ts';
import { systemClock } from '../../time/clock.ts';
import { monotonicOf, since } from '../monotonic.ts';
import { isPlainObject, plainObject } from '../plain-json.ts';
import { thinkingOf, unknownPart, type Produced } from '../produced.ts';
import { ModelAnswer, usageOf, type ModelToolCall } from './model-answer.ts';
import type { ModelReader, ModelReaderOptions, ModelUsage } from './model-reader.ts';
import { OPENAI_EVENTS } from './openai-table.ts';

/** Events that only name or repeat what others say. */
const SILENT: ReadonlySet<string> = new Set(
  OPENAI_EVENTS.filter(({ ours }) => ours.length === 0).map(row => row.theirs),
);
/** Items that are calls of tools which the caller does; all other `…_call` items run at the service. */
const CALLS: ReadonlySet<string> = new Set(['function_call', 'custom_tool_call']);

/** Reads the events of a streamed response of OpenAI (`client.responses.create({ stream: true })`), parsed. */
export class OpenAiReader implements ModelReader {
  readonly #clock;
  readonly #answer: ModelAnswer;
  readonly #hosted = new Map<string, number>();
  #finishReason: string | undefined;
  #usage: ModelUsage | undefined;
  #failure: Error | undefined;
  #isOver = false;

  constructor({ clock = systemClock }: ModelReaderOptions = {}) {
    this.#clock = clock;
    this.#answer = new ModelAnswer(clock);
  }

  get finishReason(): string | undefined {
    return this.#finishReason;
  }

  get usage(): ModelUsage | undefined {
    return this.#usage;
  }

  get calls(): readonly ModelToolCall[] {
    return this.#answer.calls;
  }

  get failure(): Error | undefined {
    return this.#failure;
  }

  read(part: unknown): readonly Produced[] {
    const event = plainObject(part);
    const type = typeof event['type'] === 'string' ? event['type'] : '';
    const { delta } = event;
    switch (type) {
      case 'response.created':
        return this.#created(objectOf(event['response']));
      case 'response.output_text.delta':
        return this.#answer.text(delta, partId(event));
      case 'response.refusal.delta':
        return this.#answer.text(delta, `${partId(event)}/refusal`, 'refusal');
      case 'response.reasoning_text.delta':
      case 'response.reasoning_summary_text.delta': {
        const { messageId, role } = thinkingOf(partId(event));
        return this.#answer.text(delta, messageId, role);
      }
      case 'response.output_text.annotation.added':
        return [{ type: 'custom:source', data: plainObject(event['annotation']) }];
      case 'response.function_call_arguments.delta':
      case 'response.custom_tool_call_input.delta':
        return this.#answer.input(text(event['item_id']), delta);
      case 'response.function_call_arguments.done':
      case 'response.custom_tool_call_input.done':
        return this.#called(text(event['item_id']), event['arguments'] ?? event['input']);
      case 'response.output_item.added':
        return this.#added(objectOf(event['item']));
      case 'response.output_item.done':
        return this.#done(objectOf(event['item']));
      case 'response.completed':
      case 'response.incomplete':
        return this.#completed(objectOf(event['response']));
      case 'response.failed':
        return this.#failed(objectOf(objectOf(event['response'])['error']));
      case 'error':
        return this.#failed(isPlainObject(event['error']) ? event['error'] : event);
      default:
        return SILENT.has(type) ? [] : [unknownPart('openai', type, event)];
    }
  }

  fail(thrown: unknown): readonly Produced[] {
    return this.#isOver ? [] : this.#failed({ message: messageOf(thrown) });
  }

  end(): readonly Produced[] {
    if (this.#isOver) return [];
    return this.#failed({ message: 'The stream ended before the response did.' });
  }

  #created({ id, model }: JsonObject): Produced[] {
    return this.#answer.begin(text(id) || undefined, text(model) || undefined);
  }

  #added(item: JsonObject): Produced[] {
    const type = text(item['type']);
    const id = text(item['id']);
    if (CALLS.has(type)) {
      this.#answer.openInput(id, text(item['call_id']) || id, text(item['name']));
      return [];
    }
    if (!isHosted(type)) return [];
    this.#hosted.set(id, monotonicOf(this.#clock));
    return [{ type: 'tool.called', data: { callId: id, tool: toolOf(item), args: argsOf(item) } }];
  }

  #called(id: string, args: unknown): Produced[] {
    const closed = this.#answer.closeInput(id, args);
    if (!closed) return [];
    this.#answer.calls.push(closed.call);
    return closed.said;
  }

  #done(item: JsonObject): Produced[] {
    const type = text(item['type']);
    const id = text(item['id']);
    // Some services end the item alone.
    if (CALLS.has(type)) return this.#called(id, item['arguments'] ?? item['input']);
    if (!isHosted(type)) return [];
    const began = this.#hosted.get(id);
    this.#hosted.delete(id);
    const called: Produced[] =
      began === undefined
        ? [{ type: 'tool.called', data: { callId: id, tool: toolOf(item), args: argsOf(item) } }]
        : [];
    if (item['status'] === 'failed') {
      return [
        ...called,
        { type: 'tool.failed', data: { callId: id, error: text(item['error']) || 'it failed' } },
      ];
    }
    const durationMs = began === undefined ? 0 : since(this.#clock, began);
    return [...called, { type: 'tool.completed', data: { callId: id, result: item, durationMs } }];
  }

  #completed(response: JsonObject): Produced[] {
    this.#isOver = true;
    const usage = usageOf(objectOf(response['usage']));
    const reason = text(objectOf(response['incomplete_details'])['reason']);
    this.#usage = usage;
    this.#finishReason = reason || (this.calls.length > 0 ? 'tool_calls' : 'stop');
    return this.#answer.complete(this.#finishReason, usage);
  }

  #failed({ message, code }: JsonObject): Produced[] {
    this.#isOver = true;
    const said = text(message) || 'The response failed.';
    this.#failure ??= new Error(typeof code === 'string' && code !== '' ? `${said} (${code})` : said);
    return this.#answer.fail(this.#failure.message);
  }
}

/** A text is a part of an item; most items have one. */
function partId({ item_id: item, content_index: content, summary_index: summary }: JsonObject): string {
  const index = typeof summary === 'number' ? summary : typeof content === 'number' ? content : 0;
  return index === 0 ? text(item) || 'item' : `${text(item) || 'item'}/${index}`;
}

function isHosted(type: string): boolean {
  return type.endsWith('_call') && !CALLS.has(type);
}

function toolOf(item: JsonObject): string {
  return text(item['name']) || text(item['type']).replace(/_call$/, '');
}

function argsOf(item: JsonObject): Json {
  return item['arguments'] ?? item['action'] ?? item['queries'] ?? null;
}

function objectOf(value: Json | undefined): JsonObject {
  return isPlainObject(value) ? value : {};
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
