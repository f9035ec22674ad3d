import type { ChatChunk } from './chat-chunk.ts';

type OpenerType = 'text-start' | 'reasoning-start';

/** Which texts and thoughts are open, so that they can be opened again for a client that returns. */
export class OpenTexts {
  readonly #open: Map<string, OpenerType>;

  constructor(open: Iterable<readonly [string, OpenerType]> = []) {
    this.#open = new Map(open);
  }

  copy(): OpenTexts {
    return new OpenTexts(this.#open);
  }

  note(chunk: ChatChunk): void {
    if (chunk.type === 'text-start' || chunk.type === 'reasoning-start') this.#open.set(chunk.id, chunk.type);
    else if (chunk.type === 'text-end' || chunk.type === 'reasoning-end') this.#open.delete(chunk.id);
  }

  reopening(): ChatChunk[] {
    return [...this.#open].map(([id, type]) => ({ type, id }));
  }
}
