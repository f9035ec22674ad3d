import { ReplaySubject } from 'rxjs';
import { createEngine, type Run } from '../../src/index.ts';
import { heapPerThing } from '../measure-memory.ts';
import type { Row } from '../row.ts';

const never = new Promise<void>(() => undefined);

/** What a run holds while its agent waits. */
export const idleHeap: Row = {
  name: 'idle-heap',
  what: 'heap of a run whose agent waits, `started` kept',
  unit: 'B',
  goal: { of: 'value', atMost: 2_048 },
  against: 'ReplaySubject(64), 1 subscriber',
  base: () =>
    heapPerThing(async () => {
      const subject = new ReplaySubject<number>(64);
      subject.subscribe(() => undefined);
      return subject;
    }),
  ours: () => heapPerThing(starter()),
  others: {
    'the same, 1 subscriber': () => {
      const start = starter();
      return heapPerThing(async () => {
        const run = await start();
        run.subscribe(() => undefined);
        return run;
      });
    },
    'the same by engine.open': () => {
      const engine = createEngine();
      return heapPerThing(() => engine.open());
    },
  },
};

function starter(): () => Promise<Run<void>> {
  const engine = createEngine();
  return () => engine.start(() => never);
}
