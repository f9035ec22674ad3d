import { describe, expect, it } from '@jest/globals';
import { END_SIGNAL, isEnded, nextStatus, type LifeSignal } from '../../src/run/lifecycle.ts';
import type { RunStatus } from '../../src/event/run-event.ts';

const SIGNALS: readonly LifeSignal[] = ['begin', 'wait', 'resume', 'complete', 'fail', 'cancel'];

// One row per status, one column per signal; a dot where nothing happens.
const TABLE: readonly (readonly [RunStatus, string])[] = [
  ['accepted', 'running . . . failed cancelled'],
  ['running', '. waiting . completed failed cancelled'],
  ['waiting', '. . running completed failed cancelled'],
  ['completed', '. . . . . .'],
  ['failed', '. . . . . .'],
  ['cancelled', '. . . . . .'],
];

const CELLS = TABLE.flatMap(([status, row]) =>
  row.split(' ').map((next, column) => [status, SIGNALS[column]!, next === '.' ? undefined : next] as const),
);

describe('the life of a run', () => {
  it.each(CELLS)('%s, told %s, is then %s', (status, signal, next) => {
    expect(nextStatus(status, signal)).toBe(next);
  });

  it.each(TABLE)('has no way out of an end: %s', (status, row) => {
    expect(isEnded(status)).toBe(!/[a-z]/.test(row));
  });

  it('reaches an end by each type of final event', () => {
    for (const signal of Object.values(END_SIGNAL)) {
      expect(isEnded(nextStatus('running', signal)!)).toBe(true);
    }
  });
});
