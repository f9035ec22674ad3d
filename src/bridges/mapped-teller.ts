import type { Entry } from '../event/entry.ts';
import { isNotice, type Notice } from '../event/notice.ts';
import type { RunEvent } from '../event/run-event.ts';
import type { Teller } from './teller.ts';

/** What says in the words of another system what becomes of items; a `RunMapper` fits. */
export interface Mapper<Placed> {
  readonly question: string | undefined;
  next(item: RunEvent | Notice): readonly Placed[];
  rejoin(part: number): readonly Placed[];
}

/** What is written of something that was said. */
export interface Written {
  readonly said: object;
  /** Where a client goes on that has it. */
  readonly cursor: string | undefined;
}

/** One run for one client: frames of data alone, and the place behind each as `id:`. */
export class MappedTeller<Placed> implements Teller {
  readonly #mapper: Mapper<Placed>;
  readonly #written: (placed: Placed) => Written;
  readonly #farewell: string;

  constructor(mapper: Mapper<Placed>, written: (placed: Placed) => Written, farewell = '') {
    this.#mapper = mapper;
    this.#written = written;
    this.#farewell = farewell;
  }

  get question(): string | undefined {
    return this.#mapper.question;
  }

  tell(item: Entry | Notice): string {
    return this.#frames(this.#mapper.next(isNotice(item) ? item : item.event));
  }

  know(item: Entry | Notice): void {
    this.#mapper.next(isNotice(item) ? item : item.event);
  }

  rejoin(part: number): string {
    return this.#frames(this.#mapper.rejoin(part));
  }

  farewell(): string {
    return this.#farewell;
  }

  #frames(all: readonly Placed[]): string {
    let text = '';
    for (const placed of all) {
      const { said, cursor } = this.#written(placed);
      text += `data: ${JSON.stringify(said)}\n${cursor === undefined ? '' : `id: ${cursor}\n`}\n`;
    }
    return text;
  }
}
