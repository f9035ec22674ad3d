import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { from, lastValueFrom, Subject, toArray, VirtualTimeScheduler } from 'rxjs';
import type { RunEvent } from '../../src/event/run-event.ts';
import { coalesceTokens } from '../../src/operators/coalesce-tokens.ts';
import { isToken } from '../../src/operators/join-tokens.ts';
import { operatorLaws } from '../../src/testing/operator-laws.ts';
import { describeLaws } from '../support/describe-laws.ts';
import { marbles } from '../support/marbles.ts';
import { sample, token } from '../support/sample-events.ts';

describe('coalesceTokens', () => {
  describeLaws(operatorLaws, {
    make: scheduler => coalesceTokens({ within: 5_000, scheduler }),
    passing: [sample(1), { notice: 'degraded' }, token(2, 'x', { finishReason: 'stop' }), sample(3)],
  });

  const a = token(1, 'a');
  const b = token(2, 'b');
  const c = token(3, 'c');
  const p = sample(4, 'progress', { fraction: 1 });
  const ab = token(2, 'ab');
  const values = { a, b, c, p, z: ab, y: token(3, 'bc') };

  it('joins neighbours within the window, with the envelope of the last', () =>
    marbles(({ cold, expectObservable }) => {
      const source = cold('-a-b---c-p---|', values);
      expectObservable(source.pipe(coalesceTokens({ within: 4 }))).toBe('-----z---(cp)|', values);
    }));

  it('lets the text out before the end and before an error', () =>
    marbles(({ cold, expectObservable }) => {
      const coalescing = coalesceTokens<RunEvent>({ within: 50 });
      expectObservable(cold('-a-b-|', values).pipe(coalescing)).toBe('-----(z|)', values);
      expectObservable(cold('-a-b-#', values).pipe(coalescing)).toBe('-----(z#)', values);
    }));

  it('lets the text out at its size and at finishReason', () =>
    marbles(({ cold, expectObservable }) => {
      const more = {
        ...values,
        F: token(2, '', { finishReason: 'stop' }),
        G: token(2, 'a', { finishReason: 'stop' }),
      };
      expectObservable(cold('-a-b-c-|', more).pipe(coalesceTokens({ within: 50, size: 2 }))).toBe(
        '---z---(c|)',
        more,
      );
      expectObservable(cold('-a-F-|', more).pipe(coalesceTokens({ within: 50 }))).toBe('---G-|', more);
    }));

  it.each<[string, Record<string, string>, Record<string, unknown>]>([
    ['message', { messageId: 'm2' }, {}],
    ['role', { role: 'tool' }, {}],
    ['node', {}, { node: 'plan' }],
    ['source', {}, { source: 'user' }],
    ['run', {}, { runId: 'other' }],
    ['metadata', {}, { metadata: { k: 1 } }],
  ])('keeps tokens of another %s apart', (_, data, more) =>
    marbles(({ cold, expectObservable }) => {
      const both = { a, x: token(2, 'x', data, more) };
      expectObservable(cold('-a-x-|', both).pipe(coalesceTokens({ within: 50 }))).toBe('---a-(x|)', both);
    }),
  );

  it('keeps order, text, cursors and everything that is no token, whatever comes', async () => {
    const piece = fc.oneof(
      fc.record({ content: fc.string({ maxLength: 5 }), messageId: fc.constantFrom('m1', 'm2') }),
      fc.constant('progress'),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(piece), fc.integer({ min: 1, max: 12 }), async (pieces, size) => {
        const events = pieces.map((given, i) =>
          typeof given === 'string'
            ? sample(i + 1, given)
            : token(i + 1, given.content, { messageId: given.messageId }),
        );
        const joined = await lastValueFrom(
          from(events).pipe(coalesceTokens<RunEvent>({ within: 1_000, size }), toArray()),
        );
        // Each character with the message it belongs to, and each other event, in order.
        const letters = (all: readonly RunEvent[]): unknown[] =>
          all.flatMap<unknown>(event =>
            isToken(event)
              ? [...event.data.content].map(letter => [event.data.messageId, letter])
              : [['#', event.seq]],
          );
        expect(letters(joined)).toEqual(letters(events));
        expect(joined.at(-1)?.id).toBe(events.at(-1)?.id);
        const seqs = joined.map(event => event.seq);
        expect(seqs).toEqual([...seqs].sort((x, y) => x - y));
      }),
    );
  });

  it('has one timer at a time, however often it lets text out', () => {
    const time = new VirtualTimeScheduler(undefined, 10_000);
    let waiting = 0;
    let most = 0;
    const counting = {
      now: () => time.now(),
      schedule: ((work: () => void, delay: number) => {
        most = Math.max(most, ++waiting);
        return time.schedule(() => {
          waiting--;
          work();
        }, delay);
      }) as typeof time.schedule,
    };
    const source = new Subject<RunEvent>();
    const seen: number[] = [];
    source.pipe(coalesceTokens({ within: 10, scheduler: counting })).subscribe(event => seen.push(event.seq));
    for (let i = 1; i <= 100; i++) source.next(i % 2 ? token(i, 'x') : sample(i));
    source.next(token(101, 'x'));
    time.flush();
    expect(seen).toHaveLength(101);
    expect(most).toBe(1);
  });

  it('refuses bad options at call time', () => {
    expect(() => coalesceTokens({ within: 0 })).toThrow(
      /coalesceTokens: within: expected 1 to \d+ milliseconds, got 0/,
    );
    expect(() => coalesceTokens({ within: 1, size: 0 })).toThrow(/characters, got 0/);
  });
});
