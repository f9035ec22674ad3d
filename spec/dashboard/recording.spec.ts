import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { emptyRun, foldRun, type Notice, type RunEvent, type RunState } from '../../src/client/index.ts';
import { Playhead } from '../../src/dashboard/playhead.ts';
import { Recording } from '../../src/dashboard/recording.ts';

const BEGIN = Date.parse('2030-01-01T00:00:00.000Z');
const step = (seq: number, ms: number): RunEvent => ({
  ...{ id: `e.${seq}.0`, runId: 'r', tenantId: 't', seq, time: new Date(BEGIN + ms).toISOString() },
  ...{ type: 'step', data: { name: `${seq}` } },
});
const gap: Notice = { notice: 'gap', runId: 'r', reason: 'trimmed', from: 1, to: 4, cursor: 'e.4.0' };

function recordingOf(...items: readonly (RunEvent | Notice)[]): Recording {
  const recording = new Recording();
  recording.push(items);
  return recording;
}

describe('a recording', () => {
  it('has the pauses that there were, but no long ones, and none at a notice', () => {
    const recording = recordingOf(gap, step(5, 1_000), step(6, 1_300));
    recording.push([step(7, 3_601_300), step(8, 3_601_200), step(9, 3_601_250)]);
    expect([0, 1, 2, 3, 4, 5].map(at => recording.offsetOf(at))).toEqual([0, 0, 300, 2_300, 2_300, 2_350]);
    expect(recording.duration).toBe(2_350);
  });

  it('adds up at any place to what its items fold into, in whatever order one asks', () => {
    const items = Array.from({ length: 1_700 }, (_, at) => step(at + 1, at));
    const recording = recordingOf(...items);
    const short = ({ cursor, seen, steps }: RunState) => [cursor, seen, steps[0]?.name, steps.at(-1)?.name];
    const expected = [short(emptyRun)];
    items.reduce((state, item) => {
      const next = foldRun(state, item);
      expected.push(short(next));
      return next;
    }, emptyRun);
    const places = fc.array(fc.nat(items.length), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(places, counts => {
        for (const count of counts) expect(short(recording.stateAt(count))).toEqual(expected[count]);
      }),
      { numRuns: 20 },
    );
  });

  it('gives the same object for the same place', () => {
    const recording = recordingOf(step(1, 0), step(2, 0));
    expect(recording.stateAt(2)).toBe(recording.stateAt(2));
  });
});

describe('the head that plays it', () => {
  const every100ms = Array.from({ length: 30 }, (_, at) => step(at + 1, at * 100));

  it.each([
    [1, 10],
    [2, 19],
    [10, 30],
  ])('plays at %d times its speed %d items in 900 ms', (speed, count) => {
    const head = new Playhead(recordingOf(...every100ms));
    head.speed = speed;
    for (let frame = 0; frame < 9; frame++) head.advance(100);
    expect(head.count).toBe(count);
  });

  it('stands still at the end of what there is, and goes on when there is more', () => {
    const recording = recordingOf(step(1, 0), step(2, 100));
    const head = new Playhead(recording);
    head.advance(5_000);
    expect([head.count, head.isAtEnd, head.at]).toEqual([2, true, 100]);
    recording.push([step(3, 300)]);
    head.advance(199);
    expect(head.count).toBe(2);
    head.advance(1);
    expect(head.count).toBe(3);
  });

  it('skips nothing where more is due than a frame can show', () => {
    const recording = recordingOf(...Array.from({ length: 1_000 }, (_, at) => step(at + 1, 0)));
    const head = new Playhead(recording);
    const counts = [1, 2, 3, 4].map(() => {
      head.advance(16);
      return head.count;
    });
    expect(counts).toEqual([250, 500, 750, 1_000]);
  });

  it('goes anywhere within what there is, and on from there', () => {
    const head = new Playhead(recordingOf(...every100ms));
    head.moveTo(99);
    expect([head.count, head.isAtEnd]).toEqual([30, true]);
    head.moveTo(11);
    expect([head.count, head.at]).toEqual([11, 1_000]);
    head.advance(100);
    expect(head.count).toBe(12);
    head.moveTo(-1);
    expect([head.count, head.at]).toEqual([0, 0]);
  });
});
