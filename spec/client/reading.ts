import { systemClock, type Clock } from '../../src/time/clock.ts';
import { isNotice, type Notice } from '../../src/event/notice.ts';
import type { RunEvent } from '../../src/event/run-event.ts';

/** The machine's clock, with alarms that ring `factor` times as early: what waits for silence waits not long. */
export function hurriedClock(factor: number): Clock {
  return {
    now: () => systemClock.now(),
    alarm: (delay, ring, background) => systemClock.alarm(delay / factor, ring, background),
  };
}

/** Everything that a reader is given, to the end. */
export async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const item of items) found.push(item);
  return found;
}

/** Events as `seq type`, notices as `notice reason`. */
export function brief(items: readonly (RunEvent | Notice)[]): string[] {
  return items.map(item =>
    isNotice(item)
      ? `${item.notice}${'reason' in item ? ` ${item.reason}` : ''}`
      : `${item.seq} ${item.type}`,
  );
}
