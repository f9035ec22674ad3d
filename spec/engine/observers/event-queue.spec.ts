import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { Burst } from '../../../src/engine/observers/burst.ts';
import {
  SerialQueue,
  type EventQueue,
  type QueueBounds,
  type Taken,
} from '../../../src/engine/observers/event-queue.ts';
import { RunLanes } from '../../../src/engine/observers/run-lanes.ts';
import type { RunEvent } from '../../../src/event/run-event.ts';
import { sample } from '../../support/sample-events.ts';

type Step =
  { readonly push: readonly number[]; readonly from: number } | { readonly take: number } | 'release';

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      push: fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 1, maxLength: 8 }),
      from: fc.nat(2),
    }),
  },
  { weight: 2, arbitrary: fc.record({ take: fc.integer({ min: 1, max: 4 }) }) },
  { weight: 1, arbitrary: fc.constant<'release'>('release') },
);

const runOf = (run: number): string => `run ${run}`;

/** What a queue is to do, in the words of plain arrays. */
class Model {
  waiting: RunEvent[] = [];
  busy = new Set<string>();

  constructor(
    readonly bounds: QueueBounds,
    readonly isSerial: boolean,
  ) {}

  push(events: readonly RunEvent[]): number {
    let lost = 0;
    for (const event of events) {
      if (this.waiting.length < this.bounds.capacity.events) this.waiting.push(event);
      else {
        lost++;
        if (this.bounds.overflow === 'drop-oldest') this.waiting = [...this.waiting.slice(1), event];
      }
    }
    return lost;
  }

  /** Whether these may go now; takes them out. */
  take(events: readonly RunEvent[]): void {
    for (const event of events) {
      const first = this.waiting.find(other => this.isSerial || other.runId === event.runId);
      expect(event).toBe(first);
      expect(this.busy.has(event.runId)).toBe(false);
      this.waiting.splice(this.waiting.indexOf(event), 1);
    }
    if (!this.isSerial) for (const { runId } of events) this.busy.add(runId);
  }
}

describe.each<[string, boolean, (bounds: QueueBounds) => EventQueue]>([
  ['the queue of one call at a time', true, bounds => new SerialQueue(bounds)],
  ['the queue of several runs at once', false, bounds => new RunLanes(bounds)],
])('%s', (_, isSerial, make) => {
  it('gives what plain arrays would give', () => {
    fc.assert(
      fc.property(
        fc.array(step, { maxLength: 60 }),
        fc.constantFrom<QueueBounds['overflow']>('drop-oldest', 'drop-newest'),
        fc.integer({ min: 1, max: 10 }),
        (steps, overflow, events) => {
          const bounds = { capacity: { events, bytes: 1e9 }, overflow };
          const queue = make(bounds);
          const model = new Model(bounds, isSerial);
          const out: Taken[] = [];
          let seq = 0;
          for (const one of steps) {
            if (one === 'release') {
              const taken = out.shift();
              if (taken) queue.release(taken);
              for (const { runId } of taken?.events ?? []) model.busy.delete(runId);
            } else if ('take' in one) {
              const taken = queue.take(one.take);
              const free = model.waiting.filter(({ runId }) => !model.busy.has(runId));
              expect(taken?.events.length ?? 0).toBe(Math.min(one.take, free.length));
              if (!taken) continue;
              model.take(taken.events);
              if (!isSerial) out.push(taken);
            } else {
              const burst = new Burst(
                one.push.map(run => sample(++seq, 'token', { content: 'x' }, { runId: runOf(run) })),
              );
              const from = Math.min(one.from, burst.length);
              expect(queue.push(burst, from)).toBe(model.push(burst.events.slice(from)));
            }
            expect(queue.length).toBe(model.waiting.length);
          }
          expect(queue.clear()).toBe(model.waiting.length);
          expect([queue.length, queue.take(1)]).toEqual([0, undefined]);
        },
      ),
      { numRuns: 400 },
    );
  });

  it('has room for one event that is larger than everything that may wait', () => {
    const queue = make({ capacity: { events: 10, bytes: 1_024 }, overflow: 'drop-oldest' });
    const large = (seq: number) => new Burst([sample(seq, 'token', { content: 'x'.repeat(9_000) })]);
    expect([queue.push(large(1), 0), queue.push(large(2), 0), queue.length]).toEqual([0, 1, 1]);
    expect(queue.take(5)?.events.map(({ seq }) => seq)).toEqual([2]);
  });
});
