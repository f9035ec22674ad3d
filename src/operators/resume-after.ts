import type { OperatorFunction } from 'rxjs';
import { type Cursor, formatCursor, parseCursor } from '../event/cursor.ts';
import { type GapNotice, isNotice, type Notice } from '../event/notice.ts';
import type { RunEvent } from '../event/run-event.ts';
import { optionsOf } from './check-option.ts';
import { type StepFactory, stepOperator } from './step.ts';

/** Where {@link resumeAfter} goes on. */
export interface ResumeAfterOptions {
  /** The `id` of the last event that was seen, or the cursor it spells. */
  readonly cursor: string | Cursor;
}

/**
 * Goes on after a cursor: skips what was seen, and never passes over a hole in silence. If the source begins behind
 * the next event, a `gap` comes first; if it belongs to another life of the run, `reset{epoch}` and all of it; if it
 * has another event under the cursor's number, `reset{fork}`, a `gap` for what came before, and the rest. Place it
 * before operators that leave events out, since it tells a hole by the numbers. The cursor of its own `gap` has no
 * chain hash (`0`): the hash of an event that was not seen is not known.
 *
 * @marbles `cursor` at 2: source `-1-2-3-4|`, result `-----3-4|`; source `-5-6|`, result `-(g5)-6|`
 * @temperature cold
 * @timing synchronous
 * @ordering kept
 * @completes with the source
 * @errors passes source errors; throws `BAD_CURSOR` at call time
 * @memory O(1) per subscriber
 */
export function resumeAfter<T extends object = RunEvent | Notice>(
  options: ResumeAfterOptions,
): OperatorFunction<T, T | Notice> {
  const { cursor } = optionsOf('resumeAfter', options);
  if (typeof cursor !== 'string') optionsOf('resumeAfter: cursor', cursor);
  return stepOperator(resumeAfterStep<T>(typeof cursor === 'string' ? parseCursor(cursor) : cursor));
}

/** {@link resumeAfter} as a step. */
export function resumeAfterStep<T extends object>(cursor: Cursor): StepFactory<T, T | Notice> {
  const id = formatCursor(cursor);
  return sink => {
    let resumed = false;

    const resume = (event: RunEvent): void => {
      resumed = true;
      const { runId, seq } = event;
      const gap = (from: number): void => {
        if (from >= seq) return;
        const before = formatCursor({ epoch: epochOf(event.id), seq: seq - 1, hash: '0' });
        sink.next({ notice: 'gap', runId, reason: 'trimmed', from, to: seq - 1, cursor: before });
      };
      if (epochOf(event.id) !== cursor.epoch) {
        sink.next({ notice: 'reset', runId, reason: 'epoch' });
        gap(1);
      } else if (seq === cursor.seq) {
        sink.next({ notice: 'reset', runId, reason: 'fork' });
        gap(1);
      } else {
        gap(cursor.seq + 1);
      }
    };

    // The source tells about a hole itself; the part of it that was seen is none for this reader.
    const resumeBehind = (gap: GapNotice): void => {
      const isOtherLife = epochOf(gap.cursor) !== cursor.epoch;
      if (!isOtherLife && gap.to <= cursor.seq) return;
      resumed = true;
      if (isOtherLife) sink.next({ notice: 'reset', runId: gap.runId, reason: 'epoch' });
      sink.next(isOtherLife ? gap : { ...gap, from: cursor.seq + 1 });
    };

    return {
      next: value => {
        if (resumed) return sink.next(value);
        if (!isNotice(value)) {
          if (isSeen(value as unknown as RunEvent, cursor, id)) return;
          resume(value as unknown as RunEvent);
        } else if (value.notice === 'gap') {
          return resumeBehind(value);
        } else {
          resumed = value.notice === 'reset';
        }
        sink.next(value);
      },
      complete: () => sink.complete(),
    };
  };
}

function isSeen(event: RunEvent, cursor: Cursor, id: string): boolean {
  if (event.seq > cursor.seq || epochOf(event.id) !== cursor.epoch) return false;
  return event.seq < cursor.seq || event.id === id || cursor.hash === '0';
}

function epochOf(cursor: string): string {
  return cursor.slice(0, cursor.indexOf('.'));
}
