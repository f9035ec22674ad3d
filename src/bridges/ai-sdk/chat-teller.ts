import type { Entry } from '../../event/entry.ts';
import { isNotice, type Notice } from '../../event/notice.ts';
import type { Teller } from '../teller.ts';
import { ChatMapper, type PlacedChunk } from './chat-mapper.ts';
import type { ChatOptions } from './chat-stream.ts';

/** One run for one client of the AI SDK: frames of data alone, and the place behind each as `id:`. */
export class ChatTeller implements Teller {
  readonly #mapper: ChatMapper;

  constructor(options: ChatOptions) {
    this.#mapper = new ChatMapper(options);
  }

  get question(): string | undefined {
    return this.#mapper.question;
  }

  tell(item: Entry | Notice): string {
    return framesOf(this.#mapper.next(isNotice(item) ? item : item.event));
  }

  know(item: Entry | Notice): void {
    this.#mapper.next(isNotice(item) ? item : item.event);
  }

  rejoin(part: number): string {
    return framesOf(this.#mapper.rejoin(part));
  }

  farewell(): string {
    return 'data: [DONE]\n\n';
  }
}

function framesOf(chunks: readonly PlacedChunk[]): string {
  let text = '';
  for (const { chunk, cursor } of chunks) {
    text += `data: ${JSON.stringify(chunk)}\n${cursor === undefined ? '' : `id: ${cursor}\n`}\n`;
  }
  return text;
}
