import { afterEach, describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { config, finalize, Observable, ReplaySubject, type Subscriber } from 'rxjs';
import { Window, type RunItem } from '../../src/run/window.ts';
import { collect, type Collected } from '../support/collect.ts';
import { sample } from '../support/sample-events.ts';
import { settle } from '../support/settle.ts';

const LOST = new Error('lost');

function joined(window: Window, position = 0): Observable<RunItem> {
  return new Observable((subscriber: Subscriber<RunItem>) => void window.join(subscriber, position));
}

function filled(count: number, capacity: number): Window {
  const window = new Window(capacity);
  for (let seq = 1; seq <= count; seq++) window.next(sample(seq));
  return window;
}

describe('a window', () => {
  it('is a ReplaySubject for whoever subscribes and leaves between events', () => {
    const step = fc.oneof(
      { weight: 4, arbitrary: fc.constant({ do: 'next' as const }) },
      { weight: 2, arbitrary: fc.constant({ do: 'subscribe' as const }) },
      { weight: 1, arbitrary: fc.record({ do: fc.constant('leave' as const), who: fc.nat(5) }) },
      { weight: 1, arbitrary: fc.constantFrom({ do: 'complete' as const }, { do: 'error' as const }) },
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), fc.integer({ min: 1, max: 5 }), (steps, capacity) => {
        const window = new Window(capacity);
        const subject = new ReplaySubject<RunItem>(capacity);
        const seen: RunItem[][] = [];
        const expected: RunItem[][] = [];
        const subscriptions: { leave(): void }[] = [];
        const ends: unknown[] = [];
        const expectedEnds: unknown[] = [];
        let seq = 0;
        let isOver = false;
        for (const one of steps) {
          if (one.do === 'next' && !isOver) {
            const event = sample(++seq);
            window.next(event);
            subject.next(event);
          } else if (one.do === 'subscribe') {
            const at = seen.push([]) - 1;
            expected.push([]);
            const oldest = Math.max(0, seq - capacity);
            const mine = joined(window, oldest).subscribe({
              next: item => seen[at]!.push(item),
              complete: () => ends.push([at, 'complete']),
              error: (error: unknown) => ends.push([at, error]),
            });
            const theirs = subject.subscribe({
              next: item => expected[at]!.push(item),
              complete: () => expectedEnds.push([at, 'complete']),
              error: (error: unknown) => expectedEnds.push([at, error]),
            });
            subscriptions.push({ leave: () => (mine.unsubscribe(), theirs.unsubscribe()) });
          } else if (one.do === 'leave') {
            subscriptions[one.who]?.leave();
          } else if (one.do === 'complete' && !isOver) {
            isOver = true;
            window.complete();
            subject.complete();
          } else if (one.do === 'error' && !isOver) {
            isOver = true;
            window.error(LOST);
            subject.error(LOST);
          }
          expect(window.subscriberCount).toBe(isOver ? 0 : countOf(subject));
        }
        expect([seen, ends]).toEqual([expected, expectedEnds]);
      }),
    );
  });

  it.each([0, 1, 2, 3, 4, 5, 6, 7])('is joined exactly after %d', position => {
    const window = filled(7, 4);
    expect(window.covers(position)).toBe(position >= 3);
    if (!window.covers(position)) return;
    const late = collect(joined(window, position));
    window.next(sample(8));
    window.complete();
    expect(late.seqs).toEqual([4, 5, 6, 7, 8].filter(seq => seq > position));
    expect(late.completed).toBe(true);
  });

  it('knows its newest and oldest events', () => {
    expect([new Window(3).newest, new Window(3).oldest]).toEqual([undefined, undefined]);
    expect([filled(2, 3).oldest?.seq, filled(2, 3).newest?.seq]).toEqual([1, 2]);
    expect([filled(7, 3).oldest?.seq, filled(7, 3).newest?.seq]).toEqual([5, 7]);
  });

  it('says how far it got when a replay makes events that push the next one out', () => {
    const window = filled(2, 2);
    let position = 0;
    const seen: number[] = [];
    new Observable<RunItem>(subscriber => {
      position = window.join(subscriber, 0);
    }).subscribe(item => {
      seen.push((item as { seq: number }).seq);
      if (seen.length === 1) [3, 4, 5].forEach(seq => window.next(sample(seq)));
    });
    expect([seen, position, window.tip]).toEqual([[1], 1, 5]);
  });

  it('lets subscribers leave and join in callbacks, and tells the rest once each', () => {
    const window = new Window(4);
    const second: Collected[] = [];
    let guest: Collected | undefined;
    const leaver = joined(window).subscribe(() => {
      leaver.unsubscribe();
      guest = collect(joined(window));
    });
    second.push(collect(joined(window)));
    window.next(sample(1));
    window.next(sample(2));
    expect(guest!.seqs).toEqual([1, 2]);
    expect(second[0]!.seqs).toEqual([1, 2]);
    expect(window.subscriberCount).toBe(2);
  });

  it('drops those that left, at a cost that does not grow with those that stay', () => {
    const window = new Window(1);
    const staying = Array.from({ length: 100 }, () => collect(joined(window)));
    for (let at = 0; at < 1_000; at++) joined(window).subscribe().unsubscribe();
    expect(window.subscriberCount).toBe(100);
    window.next(sample(1));
    expect(staying.every(({ items }) => items.length === 1)).toBe(true);
  });

  it('tells notices to whoever is here', () => {
    const window = new Window(1);
    const here = collect(joined(window));
    window.notify({ notice: 'degraded', runId: 'run', since: '2026-01-01T00:00:00.000Z' });
    const later = collect(joined(window));
    expect([here.notices.length, later.notices.length]).toEqual([1, 0]);
  });

  describe('whose subscribers throw', () => {
    const unhandled: unknown[] = [];
    afterEach(() => {
      config.onUnhandledError = null;
      unhandled.length = 0;
    });

    it('disturbs nobody else, and reports what finalizers threw to RxJS', async () => {
      config.onUnhandledError = error => unhandled.push(error);
      const window = new Window(4);
      joined(window).subscribe(() => {
        throw new Error('callback');
      });
      joined(window)
        .pipe(
          finalize(() => {
            throw new Error('finalizer');
          }),
        )
        .subscribe();
      const sibling = collect(joined(window));
      window.next(sample(1));
      window.complete();
      expect([sibling.seqs, sibling.completed]).toEqual([[1], true]);
      await settle();
      await new Promise(resolve => setTimeout(resolve));
      expect(unhandled.map(String)).toEqual(['Error: callback', expect.stringContaining('finalizer')]);
    });
  });
});

function countOf(subject: ReplaySubject<RunItem>): number {
  return (subject as unknown as { observers: unknown[] }).observers.length;
}
