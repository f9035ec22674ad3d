import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import type { ObserveOptions } from '../../../src/engine/observers/observe-options.ts';
import { parseFilter } from '../../../src/event/filter.ts';
import type { RunEvent } from '../../../src/event/run-event.ts';
import { settle } from '../../support/settle.ts';
import { nameOf, observersLab } from './told.ts';

interface Told {
  readonly run: string;
  readonly type: string;
  /** Turns of the event loop that pass before the next. */
  readonly turns: number;
}

const told: fc.Arbitrary<Told> = fc.record({
  run: fc.constantFrom('a', 'b', 'c'),
  type: fc.constantFrom('token', 'step', 'custom:x', 'complete'),
  turns: fc.constantFrom(0, 0, 0, 1, 2),
});

const filters = [undefined, 'token', 'minimal', ['step', 'custom:*']] as const;

const DATA: Readonly<Record<string, object>> = {
  token: { content: 'x' },
  step: { name: 's' },
  'custom:x': {},
  complete: {},
};

describe('observers in groups', () => {
  it('see the same events in the same order as one by one, whatever the filter, the size and the pace', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.record({
          program: fc.array(told, { maxLength: 60 }),
          types: fc.constantFrom(...filters),
          maxBatch: fc.integer({ min: 1, max: 7 }),
          slowness: fc.integer({ min: 0, max: 2 }),
          concurrency: fc.constantFrom(1, 3),
        }),
        async ({ program, types, maxBatch, slowness, concurrency }) => {
          const { observers, tell } = observersLab();
          const options: ObserveOptions = { concurrency, ...(types && { types }) };
          const pace = async (): Promise<void> => {
            for (let turn = 0; turn < slowness; turn++) await Promise.resolve();
          };
          const single: string[] = [];
          const groups: string[][] = [];
          const asked: string[] = [];
          // It weighs what the others are then given.
          observers.add({ batch: pace });
          const one = observers.add(event => {
            single.push(nameOf(event));
            return slowness === 0 ? undefined : pace();
          }, options);
          const many = observers.add(
            {
              batch: (events: readonly RunEvent[]) => {
                groups.push(events.map(nameOf));
                return slowness === 0 ? undefined : pace();
              },
            },
            { ...options, maxBatch },
          );
          const { passes } = parseFilter(types);
          for (const { run, type, turns } of program) {
            const event = tell(run, type, DATA[type]);
            if (passes(type)) asked.push(nameOf(event));
            for (let turn = 0; turn < turns; turn++) await Promise.resolve();
          }
          await observers.flush();
          const grouped = groups.flat();
          const byRun = (names: readonly string[]) =>
            ['a', 'b', 'c'].map(run => names.filter(name => name.startsWith(run)));
          expect(byRun(grouped)).toEqual(byRun(asked));
          expect(byRun(single)).toEqual(byRun(asked));
          if (concurrency === 1) expect([grouped, single]).toEqual([asked, asked]);
          expect(Math.max(0, ...groups.map(({ length }) => length))).toBeLessThanOrEqual(maxBatch);
          for (const { seen, delivered, waiting, dropped } of [one, many]) {
            expect([seen, delivered, waiting, dropped]).toEqual([asked.length, asked.length, 0, 0]);
          }
        },
      ),
      { numRuns: 300 },
    );
  });

  it('wait for a full group, maxWait at the most, and leave no timer behind', async () => {
    const { observers, tell, clock, sweep } = observersLab();
    const groups: number[] = [];
    observers.add({ batch: events => groups.push(events.length) }, { maxBatch: 3, maxWait: 100 });
    for (let at = 0; at < 4; at++) tell();
    await settle();
    expect([groups, sweep.size]).toEqual([[3], 1]);
    clock.advance(200);
    expect([groups, sweep.size]).toEqual([[3, 1], 0]);
    tell();
    await observers.flush();
    expect([groups, sweep.size]).toEqual([[3, 1, 1], 0]);
  });

  it('that fail lose only the group they failed with, and count it', async () => {
    const { observers, tell, failures } = observersLab();
    const got: number[] = [];
    const group = observers.add(
      {
        batch: events => {
          if (events[0]!.seq === 4) throw new Error('a group');
          got.push(...events.map(({ seq }) => seq));
        },
      },
      { id: 'g', maxBatch: 3 },
    );
    for (let at = 0; at < 9; at++) tell();
    await observers.flush();
    expect([got, group.failed, group.delivered]).toEqual([[1, 2, 3, 7, 8, 9], 3, 6]);
    expect(failures).toEqual([{ said: 'Error: a group', id: 'g', seq: 4 }]);
  });

  it('have their time as a group, and the next group comes', async () => {
    const { observers, tell, clock } = observersLab();
    const seqs: number[][] = [];
    const group = observers.add(
      {
        batch: events => {
          seqs.push(events.map(({ seq }) => seq));
          return seqs.length === 1 ? new Promise(() => undefined) : undefined;
        },
      },
      { maxBatch: 4, timeout: 100 },
    );
    for (let at = 0; at < 8; at++) tell();
    await settle();
    clock.advance(200);
    await settle();
    expect([seqs, group.timedOut, group.delivered]).toEqual([
      [
        [1, 2, 3, 4],
        [5, 6, 7, 8],
      ],
      4,
      4,
    ]);
  });
});
