import { describe, expect, it } from '@jest/globals';
import { EMPTY, from, map, Observable, of, Subject as Hot } from 'rxjs';
import { createGate } from '../../src/control/create-gate.ts';
import { gated } from '../../src/control/gated.ts';
import type { Policy } from '../../src/control/policy.ts';
import type { Verdict } from '../../src/control/verdict.ts';
import { isSluiceError } from '../../src/errors/sluice-error.ts';
import { ManualClock } from '../../src/testing/manual-clock.ts';
import { operatorLaws } from '../../src/testing/operator-laws.ts';
import { describeLaws } from '../support/describe-laws.ts';
import { sample, token } from '../support/sample-events.ts';
import { settle } from '../support/settle.ts';

interface Order {
  readonly type: string;
  readonly data: { readonly n?: number; readonly said?: string };
}

const PROCEED: Verdict = { signal: 'PROCEED' };
const order = (n: number): Order => ({ type: 'order', data: { n } });
const deciding = (decide: (n: number) => unknown): Policy => ({
  name: 'p',
  decide: ({ data }) => decide(data['n'] as number) as Verdict,
});

function watch<T>(source: Observable<T>) {
  const seen: { values: T[]; end?: unknown } = { values: [] };
  const subscription = source.subscribe({
    next: value => seen.values.push(value),
    error: (error: unknown) => (seen.end = isSluiceError(error) ? error.code : error),
    complete: () => (seen.end = 'completed'),
  });
  return Object.assign(seen, { leave: () => subscription.unsubscribe() });
}

describe('gated', () => {
  const passing = [token(1, 'a'), { notice: 'degraded' }, order(3)];
  describe('without policies', () =>
    describeLaws(operatorLaws, { make: () => gated(createGate()), passing }));
  describe('with policies that answer at once', () => {
    const gate = createGate([
      { name: 'function', decide: () => PROCEED },
      { name: 'operator', operator: map(() => PROCEED) },
    ]);
    describeLaws(operatorLaws, { make: () => gated(gate), passing });
  });

  it('passes, leaves out and replaces', () => {
    const gate = createGate([
      deciding(n =>
        n === 2 ? { signal: 'SKIP' } : n === 3 ? { signal: 'FALLBACK', value: { said: 'x' } } : PROCEED,
      ),
    ]);
    const seen = watch(of(order(1), order(2), order(3), order(4)).pipe(gated(gate)));
    expect(seen).toMatchObject({
      values: [order(1), { type: 'order', data: { said: 'x' } }, order(4)],
      end: 'completed',
    });
  });

  it('asks about no fact of a run, and about nothing without a type', () => {
    const asked: string[] = [];
    const gate = createGate([{ name: 'p', decide: ({ type }) => (asked.push(type), { signal: 'SKIP' }) }]);
    const facts = [
      sample(1, 'started', {}),
      sample(2, 'tool.failed', { callId: 'c', error: 'x' }),
      sample(3, 'complete', { durationMs: 1 }, { final: true }),
      { notice: 'gap' },
      7,
      null,
    ];
    const seen = watch(
      from([...facts, token(4, 'x'), sample(5, 'tool.called', { callId: 'c', tool: 't', args: 1 })]).pipe(
        gated<unknown>(gate),
      ),
    );
    expect([seen.values, asked]).toEqual([facts, ['token', 'tool.called']]);
  });

  it.each<[string, Verdict | Error, string]>([
    ['FAIL', { signal: 'FAIL', reason: 'no' }, 'VETOED'],
    ['a fault', new Error('broken'), 'POLICY_ERROR'],
  ])('ends the stream with %s, and asks no more', (_, verdict, code) => {
    let asked = 0;
    const gate = createGate([
      deciding(n => {
        asked++;
        if (n < 2) return PROCEED;
        if (verdict instanceof Error) throw verdict;
        return verdict;
      }),
    ]);
    const seen = watch(of(order(1), order(2), order(3)).pipe(gated(gate)));
    expect([seen.values, seen.end, asked]).toEqual([[order(1)], code, 2]);
  });

  it('keeps the order while it waits for a verdict', async () => {
    const clock = new ManualClock();
    const gate = createGate(
      [
        deciding(n =>
          n % 2 === 0 ? PROCEED : new Promise(resolve => clock.alarm(50 / n, () => resolve(PROCEED), true)),
        ),
      ],
      { clock },
    );
    const source = new Hot<Order>();
    const seen = watch(source.pipe(gated(gate)));
    for (let n = 1; n <= 6; n++) source.next(order(n));
    source.complete();
    expect(seen).toMatchObject({ values: [] });
    for (let round = 0; round < 3; round++) {
      clock.advance(60);
      await settle();
    }
    expect([seen.values.map(({ data }) => data.n), seen.end]).toEqual([[1, 2, 3, 4, 5, 6], 'completed']);
  });

  it('asks again after the delay, so often and no more', async () => {
    const clock = new ManualClock();
    const attempts: number[] = [];
    const gate = createGate(
      [
        {
          name: 'p',
          decide: ({ data }, { attempt }) => {
            attempts.push(attempt);
            return data['n'] === 1 && attempt === 3 ? PROCEED : { signal: 'RETRY', delay: 1_000 };
          },
        },
      ],
      { clock },
    );
    const seen = watch(of(order(1), order(2)).pipe(gated(gate, { attempts: 3, clock })));
    clock.advance(999);
    await settle();
    expect(attempts).toEqual([1]);
    for (let round = 0; round < 4; round++) {
      clock.advance(1_000);
      await settle();
    }
    expect([attempts, seen.values, seen.end]).toEqual([[1, 2, 3, 1, 2, 3], [order(1)], 'VETOED']);
    expect(clock.pending).toBe(0);
  });

  it('leaves policies and timers when the subscriber leaves', async () => {
    const clock = new ManualClock();
    let left = 0;
    const gate = createGate(
      [deciding(n => (n === 1 ? new Observable(() => () => left++) : { signal: 'RETRY', delay: 5_000 }))],
      { clock },
    );
    const asking = watch(of(order(1)).pipe(gated(gate, { clock })));
    const retrying = watch(of(order(2)).pipe(gated(gate, { clock })));
    asking.leave();
    retrying.leave();
    await settle();
    expect([left, gate.waiting, clock.pending, asking.end, retrying.end]).toEqual([
      1,
      0,
      0,
      undefined,
      undefined,
    ]);
  });

  it('ends with the reason of the signal it was given', async () => {
    const clock = new ManualClock();
    const gate = createGate([deciding(() => new Promise(() => undefined))], { clock });
    const cancelled = new AbortController();
    const reason = new Error('cancelled');
    const seen = watch(new Hot<Order>().pipe(gated(gate, { context: { signal: cancelled.signal } })));
    const waiting = new Hot<Order>();
    const asked = watch(waiting.pipe(gated(gate, { context: { signal: cancelled.signal } })));
    waiting.next(order(1));
    cancelled.abort(reason);
    await settle();
    expect([seen.end, asked.end, gate.waiting, clock.pending]).toEqual([reason, reason, 0, 0]);
    expect(watch(EMPTY.pipe(gated(gate, { context: { signal: cancelled.signal } }))).end).toBe(reason);
  });

  it('holds so many values and no more', () => {
    const clock = new ManualClock();
    const gate = createGate([deciding(() => new Promise(() => undefined))], { clock });
    const source = new Hot<Order>();
    const seen = watch(source.pipe(gated(gate, { capacity: 2 })));
    for (let n = 0; n < 3; n++) source.next(order(n));
    expect(seen.end).toBeUndefined();
    source.next(order(4));
    expect([seen.end, source.observed]).toEqual(['BUFFER_OVERFLOW', false]);
  });

  it('tells policies whose value it is', () => {
    const told: unknown[] = [];
    const gate = createGate([
      {
        name: 'p',
        decide: (_, { runId, tenantId, node, attempt, metadata }) => (
          told.push([runId, tenantId, node, attempt, metadata]),
          PROCEED
        ),
      },
    ]);
    const context = { runId: 'given', tenantId: 'someone', metadata: { a: 1 } };
    watch(
      from<unknown[]>([order(1), { ...order(2), runId: 'own', node: 'n' }]).pipe(gated(gate, { context })),
    );
    watch(of(order(1)).pipe(gated(gate)));
    expect(told).toEqual([
      ['given', 'someone', undefined, 1, { a: 1 }],
      ['own', 'someone', 'n', 1, { a: 1 }],
      ['', 'default', undefined, 1, undefined],
    ]);
  });

  it('works through a long synchronous source without growing the stack', () => {
    const many = Array.from({ length: 50_000 }, (_, n) => order(n));
    const gate = createGate([deciding(() => PROCEED)]);
    expect(watch(of(...many).pipe(gated(gate))).values).toHaveLength(50_000);
  });

  it('refuses options out of range at call time', () => {
    expect(() => gated(createGate(), { attempts: 0 })).toThrow(
      expect.objectContaining({ code: 'BAD_OPTION' }),
    );
    expect(() => gated(createGate(), { capacity: 0.5 })).toThrow(
      expect.objectContaining({ code: 'BAD_OPTION' }),
    );
  });
});
