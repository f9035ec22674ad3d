import { isNotice } from '../client/index.ts';
import type { AnyItem } from './run-printer.ts';

export interface PaceOptions {
  /** How many times as fast as it was; `Infinity` waits for nothing. */
  readonly speed: number;
  /** Resolves after so many milliseconds. */
  readonly wait: (ms: number) => Promise<void>;
}

/**
 * The same items in the same order, with the pauses in between that their times tell of, divided by `speed`. Cold, and
 * as slow as its reader besides. Notices have no time and do not wait. Memory: one item.
 */
export async function* paced(
  items: AsyncIterable<AnyItem>,
  { speed, wait }: PaceOptions,
): AsyncGenerator<AnyItem> {
  let before: number | undefined;
  for await (const item of items) {
    if (!isNotice(item)) {
      const time = Date.parse(item.time);
      const pause = (time - (before ?? time)) / speed;
      if (pause > 0) await wait(pause);
      before = time;
    }
    yield item;
  }
}
