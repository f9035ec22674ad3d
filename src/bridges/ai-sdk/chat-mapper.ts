import type { JsonObject } from '../../event/json.ts';
import { isNotice, type Notice } from '../../event/notice.ts';
import type { RunEvent } from '../../event/run-event.ts';
import { partPlace } from '../teller.ts';
import type { ChatChunk } from './chat-chunk.ts';
import { ChatStream, type ChatOptions } from './chat-stream.ts';
import type { OpenTexts } from './open-texts.ts';
import { tellChatEvent, tellChatNotice } from './tell-chat-event.ts';

/** A chunk, and where a client that has it goes on. */
export interface PlacedChunk {
  readonly chunk: ChatChunk;
  /** Absent behind a notice. */
  readonly cursor: string | undefined;
}

const NOTHING: readonly PlacedChunk[] = [];

/**
 * One run as an assistant's message in chunks of the AI SDK's UI message stream, item by item, in order. Whatever comes,
 * wherever a client joins or leaves, the AI SDK can read what it gives: no part without its beginning, no result without
 * its call. Pure and synchronous; made anew for each stream. Memory: 64 texts and 1,000 calls.
 */
export class ChatMapper {
  readonly #stream: ChatStream;
  #place = 'start';
  #seq = 0;
  #part = 0;
  #question: string | undefined;
  #hasEnded = false;

  constructor(options: ChatOptions = {}) {
    this.#stream = new ChatStream(options);
  }

  /** The question at which the message stops, until something follows. */
  get question(): string | undefined {
    return this.#question;
  }

  /** What to say of an item. Chunks of texts, calls, `start` and `finish` name their cursor under `sluice`, too. */
  next(item: RunEvent | Notice): readonly PlacedChunk[] {
    if (this.#hasEnded) return NOTHING;
    return isNotice(item) ? this.#notice(item) : this.#event(item);
  }

  /**
   * What a client needs that was told all of this already, and `part` chunks of what the next item gives: the texts
   * that are open. With a part they come together with the next item.
   */
  rejoin(part = 0): readonly PlacedChunk[] {
    this.#part = part;
    if (part > 0 || this.#hasEnded) return NOTHING;
    return this.#stream.open.reopening().map(chunk => placed(chunk, this.#place));
  }

  #event(item: RunEvent): readonly PlacedChunk[] {
    const stream = this.#stream;
    const part = item.seq === this.#seq + 1 ? this.#part : 0;
    const before = part > 0 ? stream.open.copy() : undefined;
    this.#tell(item);
    const said = stream.take();
    const last = said.length - 1;
    const all = said.map((chunk, at) =>
      placed(chunk, at === last ? item.id : partPlace(this.#place, at + 1)),
    );
    const rest = before ? this.#withoutPart(all, before, part) : all;
    this.#place = item.id;
    this.#seq = item.seq;
    this.#part = 0;
    return rest;
  }

  #tell(item: RunEvent): void {
    const stream = this.#stream;
    // The question has said as much.
    if (this.#question !== undefined && item.type === 'status' && item.data.status === 'waiting') return;
    const isFirst = !stream.isRunning;
    if (isFirst) this.#begin(item.runId, factsOf(item));
    if (item.type !== 'started' || !isFirst) tellChatEvent(item, stream);
    if (item.type === 'ask') this.#question = item.data.askId;
    this.#hasEnded = item.final === true;
  }

  #begin(runId: string, facts: JsonObject): void {
    this.#question = undefined;
    this.#stream.begin(runId, facts);
  }

  #withoutPart(all: readonly PlacedChunk[], before: OpenTexts, part: number): readonly PlacedChunk[] {
    for (const { chunk } of all.slice(0, part)) before.note(chunk);
    const place = partPlace(this.#place, part);
    return [...before.reopening().map(chunk => placed(chunk, place)), ...all.slice(part)];
  }

  #notice(notice: Notice): readonly PlacedChunk[] {
    tellChatNotice(notice, this.#stream);
    let cursor: string | undefined;
    if (notice.notice === 'gap') {
      cursor = this.#place = notice.cursor;
      this.#seq = notice.to;
    } else if (notice.notice === 'reset') {
      this.#place = 'start';
      this.#seq = this.#part = 0;
      this.#hasEnded = notice.reason === 'gone';
    }
    return this.#stream.take().map(chunk => ({ chunk, cursor }));
  }
}

function factsOf(item: RunEvent): JsonObject {
  if (item.type !== 'started') return {};
  const { agent, framework } = item.data;
  return { ...(agent !== undefined && { agent }), ...(framework !== undefined && { framework }) };
}

/** Where the AI SDK keeps what a chunk says beside the message. */
const METADATA: Readonly<Record<string, 'providerMetadata' | 'messageMetadata'>> = {
  ...{ start: 'messageMetadata', finish: 'messageMetadata' },
  ...{ 'text-start': 'providerMetadata', 'text-delta': 'providerMetadata', 'text-end': 'providerMetadata' },
  'reasoning-start': 'providerMetadata',
  'reasoning-delta': 'providerMetadata',
  'reasoning-end': 'providerMetadata',
  'tool-input-start': 'providerMetadata',
  'tool-input-available': 'providerMetadata',
  'tool-output-available': 'providerMetadata',
  'tool-output-error': 'providerMetadata',
  'source-url': 'providerMetadata',
};

function placed(chunk: ChatChunk, cursor: string): PlacedChunk {
  const name = METADATA[chunk.type];
  if (name !== undefined) {
    const holder = chunk as { [Name in typeof name]?: { readonly sluice: JsonObject } };
    holder[name] = { sluice: { ...holder[name]?.sluice, cursor } };
  }
  return { chunk, cursor };
}
