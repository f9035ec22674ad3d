import { messageOf } from '../../errors/error-text.ts';
import type { Json, JsonObject } from '../../event/json.ts';
import { systemClock, type Clock } from '../../time/clock.ts';
import { monotonicOf, since } from '../monotonic.ts';
import { isPlainObject, plainObject } from '../plain-json.ts';
import { thinkingOf, unknownPart, type Produced } from '../produced.ts';
import { ModelAnswer, usageOf, type ModelToolCall } from './model-answer.ts';
import type { ModelReader, ModelReaderOptions, ModelUsage } from './model-reader.ts';

/** Blocks that are known; others survive as they are. */
type Block = 'text' | 'thinking' | 'tool_use' | 'server_tool_use' | 'other';

/** Reads the events of a streamed message of Anthropic (`client.messages.create({ stream: true })`), parsed. */
export class AnthropicReader implements ModelReader {
  readonly #clock: Clock;
  readonly #answer: ModelAnswer;
  readonly #blocks = new Map<number, Block>();
  readonly #hosted = new Map<string, number>();
  #message = 'message';
  #finishReason: string | undefined;
  #usage: JsonObject = {};
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
    return usageOf(this.#usage);
  }

  get calls(): readonly ModelToolCall[] {
    return this.#answer.calls;
  }

  get failure(): Error | undefined {
    return this.#failure;
  }

  read(part: unknown): readonly Produced[] {
    const event = plainObject(part);
    const index = typeof event['index'] === 'number' ? event['index'] : 0;
    switch (event['type']) {
      case 'message_start':
        return this.#start(objectOf(event['message']));
      case 'content_block_start':
        return this.#opened(index, objectOf(event['content_block']), event);
      case 'content_block_delta':
        return this.#delta(index, objectOf(event['delta']), event);
      case 'content_block_stop':
        return this.#closed(index);
      case 'message_delta':
        this.#finishReason = text(objectOf(event['delta'])['stop_reason']) || this.#finishReason;
        this.#usage = { ...this.#usage, ...objectOf(event['usage']) };
        return [];
      case 'message_stop':
        this.#isOver = true;
        return this.#answer.complete(this.#finishReason, usageOf(this.#usage));
      case 'ping':
        return [];
      case 'error':
        return this.#failed(objectOf(event['error']));
      default:
        return [unknownPart('anthropic', event['type'], event)];
    }
  }

  fail(thrown: unknown): readonly Produced[] {
    return this.#isOver ? [] : this.#failed({ message: messageOf(thrown) });
  }

  end(): readonly Produced[] {
    if (this.#isOver) return [];
    return this.#failed({ message: 'The stream ended before the message did.' });
  }

  #start({ id, model, usage }: JsonObject): Produced[] {
    this.#message = text(id) || this.#message;
    this.#usage = objectOf(usage);
    return this.#answer.begin(text(id) || undefined, text(model) || undefined);
  }

  #opened(index: number, block: JsonObject, event: JsonObject): Produced[] {
    const type = text(block['type']);
    const id = text(block['id']);
    switch (type) {
      case 'text':
        this.#blocks.set(index, type);
        return this.#answer.text(block['text'], this.#named(index));
      case 'thinking':
        this.#blocks.set(index, type);
        return this.#thought(block['thinking'], index);
      case 'server_tool_use':
      case 'tool_use':
        this.#blocks.set(index, type);
        this.#answer.openInput(String(index), id, text(block['name']));
        return [];
      default:
        this.#blocks.set(index, 'other');
        return type.endsWith('_tool_result')
          ? [this.#result(block)]
          : [unknownPart('anthropic', event['type'], event)];
    }
  }

  #delta(index: number, delta: JsonObject, event: JsonObject): Produced[] {
    switch (delta['type']) {
      case 'text_delta':
        return this.#answer.text(delta['text'], this.#named(index));
      case 'thinking_delta':
        return this.#thought(delta['thinking'], index);
      case 'input_json_delta':
        return this.#answer.input(String(index), delta['partial_json']);
      case 'citations_delta':
        return [{ type: 'custom:source', data: plainObject(delta['citation']) }];
      case 'signature_delta':
        return [];
      default:
        return [unknownPart('anthropic', event['type'], event)];
    }
  }

  #closed(index: number): Produced[] {
    const block = this.#blocks.get(index);
    this.#blocks.delete(index);
    const closed = this.#answer.closeInput(String(index));
    if (!closed) return [];
    const { call, said } = closed;
    if (block === 'tool_use') {
      this.#answer.calls.push(call);
      return said;
    }
    this.#hosted.set(call.callId, monotonicOf(this.#clock));
    return [...said, { type: 'tool.called', data: { ...call } }];
  }

  #result({ tool_use_id: id, content }: JsonObject): Produced {
    const callId = text(id) || 'call';
    const began = this.#hosted.get(callId);
    this.#hosted.delete(callId);
    const { error_code: code, type } = objectOf(content);
    if (typeof code === 'string' || text(type).endsWith('_error')) {
      return { type: 'tool.failed', data: { callId, error: text(code) || 'it failed' } };
    }
    const durationMs = began === undefined ? 0 : since(this.#clock, began);
    return { type: 'tool.completed', data: { callId, result: content ?? null, durationMs } };
  }

  #thought(content: unknown, index: number): Produced[] {
    const { messageId, role } = thinkingOf(this.#named(index));
    return this.#answer.text(content, messageId, role);
  }

  #named(index: number): string {
    return index === 0 ? this.#message : `${this.#message}/${index}`;
  }

  #failed({ message, type }: JsonObject): Produced[] {
    this.#isOver = true;
    const said = text(message) || 'The message failed.';
    this.#failure ??= new Error(typeof type === 'string' && type !== '' ? `${said} (${type})` : said);
    return this.#answer.fail(this.#failure.message);
  }
}

function objectOf(value: Json | undefined): JsonObject {
  return isPlainObject(value) ? value : {};
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
