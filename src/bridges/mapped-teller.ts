import type { Entry } from '../event/entry.ts';
import { isNotice, type Notice } from '../event/notice.ts';
import type { RunEvent } from '../event/run-event.ts';
import type { Teller } from './teller.ts';

/** What says in the words of another system what becomes of items, as frames; a `RunMapper` whose places are frames fits. */
export interface FrameMapper {
  readonly question: string | undefined;
  next(item: RunEvent | Notice): readonly string[];
  rejoin(part: number): readonly string[];
}

/** One run for one client: frames of data, and the place behind each as `id:`. */
export class MappedTeller implements Teller {
  readonly #mapper: FrameMapper;
  readonly #farewell: string;

  constructor(mapper: FrameMapper, farewell = '') {
    this.#mapper = mapper;
    this.#farewell = farewell;
  }

  get question(): string | undefined {
    return this.#mapper.question;
  }

  tell(item: Entry | Notice): string {
    return joined(this.#mapper.next(isNotice(item) ? item : item.event));
  }

  know(item: Entry | Notice): void {
    this.#mapper.next(isNotice(item) ? item : item.event);
  }

  rejoin(part: number): string {
    return joined(this.#mapper.rejoin(part));
  }

  farewell(): string {
    return this.#farewell;
  }
}

function joined(frames: readonly string[]): string {
  let text = '';
  for (const frame of frames) text += frame;
  return text;
}
