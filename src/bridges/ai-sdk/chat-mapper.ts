import type { JsonObject } from '../../event/json.ts';
import type { Notice } from '../../event/notice.ts';
import type { RunEvent } from '../../event/run-event.ts';
import { RunMapper, type Tongue } from '../run-mapper.ts';
import type { ChatChunk } from './chat-chunk.ts';
import { ChatStream, type ChatOptions } from './chat-stream.ts';
import { AI_SDK, METADATA } from './chat-tongue.ts';

/** A chunk, and where a client that has it goes on. */
export interface PlacedChunk {
  readonly chunk: ChatChunk;
  /** Absent behind a notice. */
  readonly cursor: string | undefined;
}

const TONGUE: Tongue<ChatChunk, ChatStream, PlacedChunk> = { ...AI_SDK, place: placed };

/**
 * One run as an assistant's message in chunks of the AI SDK's UI message stream, item by item, in order. Whatever comes,
 * wherever a client joins or leaves, the AI SDK can read what it gives: no part without its beginning, no result without
 * its call. Pure and synchronous; made anew for each stream. Memory: 64 texts and 1,000 calls.
 */
export class ChatMapper {
  readonly #mapper: RunMapper<ChatChunk, ChatStream, PlacedChunk>;

  constructor(options: ChatOptions = {}) {
    this.#mapper = new RunMapper(new ChatStream(options), TONGUE);
  }

  /** The question at which the message stops, until something follows. */
  get question(): string | undefined {
    return this.#mapper.question;
  }

  /** What to say of an item. Chunks of texts, calls, `start` and `finish` name their cursor under `sluice`, too. */
  next(item: RunEvent | Notice): readonly PlacedChunk[] {
    return this.#mapper.next(item);
  }

  /**
   * What a client needs that was told all of this already, and `part` chunks of what the next item gives: the texts
   * that are open. With a part they come together with the next item.
   */
  rejoin(part = 0): readonly PlacedChunk[] {
    return this.#mapper.rejoin(part);
  }
}

function placed(chunk: ChatChunk, cursor: string | undefined): PlacedChunk {
  const name = METADATA[chunk.type];
  if (name !== undefined && cursor !== undefined) {
    const holder = chunk as { [Name in typeof name]?: { readonly sluice: JsonObject } };
    holder[name] = { sluice: { ...holder[name]?.sluice, cursor } };
  }
  return { chunk, cursor };
}
