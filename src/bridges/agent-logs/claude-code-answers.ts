import type { JsonObject } from '../../event/json.ts';
import { claudeCodeBlock } from './claude-code-blocks.ts';
import { contentText, listOf, objectOf, textOf, usageOf, type LogTeller } from './log-teller.ts';
import { StreamedBlocks } from './streamed-blocks.ts';

const MESSAGE = new Set([
  ...['id', 'type', 'role', 'model', 'content', 'usage', 'stop_reason', 'stop_sequence'],
]);
const EVENT = new Set(['type', 'message', 'index', 'content_block', 'delta', 'usage']);
const DELTA = new Set([
  ...['type', 'text', 'thinking', 'partial_json', 'signature', 'citation', 'stop_reason', 'stop_sequence'],
]);

/** An answer whose blocks come, one record each, and with each the usage so far. */
interface Answer {
  readonly id: string;
  readonly message: JsonObject;
  readonly began: number;
  /** What the stream said behind its blocks. */
  readonly amended: JsonObject;
}

/** Answers of Claude Code, one at a time for the agent and each of those that it has started. */
export class ClaudeCodeAnswers {
  readonly #teller: LogTeller;
  readonly #open = new Map<string | undefined, Answer>();
  readonly #streamed = new Map<string | undefined, StreamedBlocks>();

  constructor(teller: LogTeller) {
    this.#teller = teller;
  }

  /** Tells the blocks of an `assistant`. */
  read(record: JsonObject, node: string | undefined): void {
    const teller = this.#teller;
    const message = objectOf(record['message']);
    const id = textOf(message['id']) || textOf(record['uuid']) || 'answer';
    this.#begin(id, message, node);
    const streamed = this.#streamed.get(node);
    const stop = textOf(message['stop_reason']);
    listOf(message['content']).forEach(part =>
      claudeCodeBlock(teller, objectOf(part), { id, stop, ...(streamed && { streamed }) }),
    );
    const error = textOf(record['error']);
    if (record['isApiErrorMessage'] === true || error !== '') {
      teller.error('AGENT_API_ERROR', contentText(message['content']) || error);
    }
    // What is null there says nothing.
    const said = Object.entries(message).filter(([, value]) => value !== null);
    teller.keep(Object.fromEntries(said), MESSAGE);
  }

  /** Tells the event of a `stream_event`; false for one that it does not know. */
  stream(event: JsonObject, node: string | undefined): boolean {
    const delta = objectOf(event['delta']);
    switch (event['type']) {
      case 'message_start': {
        const message = objectOf(event['message']);
        const id = textOf(message['id']) || 'answer';
        this.#begin(id, message, node);
        this.#streamed.set(node, new StreamedBlocks(id));
        break;
      }
      case 'content_block_delta':
        if (!this.#piece(event['index'], delta, node)) return false;
        break;
      case 'message_delta': {
        const answer = this.#open.get(node);
        const usage = { ...objectOf(answer?.message['usage']), ...objectOf(event['usage']) };
        const amended = { stop_reason: delta['stop_reason'] ?? null, usage };
        if (answer) this.#open.set(node, { ...answer, amended });
        break;
      }
      case 'content_block_start':
      case 'content_block_stop':
      case 'message_stop':
      case 'ping':
        break;
      default:
        return false;
    }
    this.#teller.keep(delta, DELTA);
    this.#teller.keep(event, EVENT);
    return true;
  }

  /** Tells the response of an answer that is over. */
  close(node: string | undefined): void {
    const answer = this.#open.get(node);
    if (!answer) return;
    this.#open.delete(node);
    this.#streamed.delete(node);
    const { id, message, began, amended } = answer;
    const { model, usage, stop_reason: finishReason } = { ...message, ...amended };
    const { input_tokens: input, output_tokens: output } = objectOf(usage);
    const response = { model: model ?? null, finishReason: finishReason ?? null, usage: usage ?? null };
    this.#teller.within(node, () =>
      this.#teller.answered(id, response, usageOf(input, output), this.#teller.at - began),
    );
  }

  closeAll(): void {
    for (const node of [...this.#open.keys()]) this.close(node);
  }

  #begin(id: string, message: JsonObject, node: string | undefined): void {
    const before = this.#open.get(node);
    if (before !== undefined && before.id !== id) this.close(node);
    const { began, amended } = before?.id === id ? before : { began: this.#teller.at, amended: {} };
    this.#open.set(node, { id, message, began, amended });
  }

  #piece(index: unknown, delta: JsonObject, node: string | undefined): boolean {
    const streamed = this.#streamed.get(node);
    const id = streamed?.id ?? 'answer';
    switch (delta['type']) {
      case 'text_delta':
        this.#teller.said(delta['text'], id);
        streamed?.add(index, 'text', textOf(delta['text']));
        return true;
      case 'thinking_delta':
        this.#teller.thought(delta['thinking'], id);
        streamed?.add(index, 'thinking', textOf(delta['thinking']));
        return true;
      case 'input_json_delta':
      case 'signature_delta':
      case 'citations_delta':
        return true;
      default:
        return false;
    }
  }
}
