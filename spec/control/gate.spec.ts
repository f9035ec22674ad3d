import { describe, expect, it } from '@jest/globals';
import { map, NEVER, Observable, of, throwError, timer } from 'rxjs';
import { createGate } from '../../src/control/create-gate.ts';
import type { ExecutionContext, Matter } from '../../src/control/execution-context.ts';
import type { Policy } from '../../src/control/policy.ts';
import type { Verdict } from '../../src/control/verdict.ts';
import { ManualClock } from '../../src/testing/manual-clock.ts';
import { codeOf, thrownBy } from '../support/code-of.ts';
import { settle } from '../support/settle.ts';

const PROCEED: Verdict = { signal: 'PROCEED' };
const SUBJECT: Matter = { type: 'tool.called', data: { tool: 'search', callId: '1', args: {} } };

const contextOf = (more: Partial<ExecutionContext> = {}): ExecutionContext => ({
  ...{ runId: 'r', tenantId: 't', attempt: 1, signal: new AbortController().signal },
  ...more,
});
const saying = (name: string, verdict: unknown, more: Partial<Policy> = {}): Policy => ({
  name,
  decide: () => verdict as Verdict,
  ...more,
});

describe('a gate', () => {
  it('lets everything pass without policies', async () => {
    expect(await createGate().check(SUBJECT, contextOf())).toEqual({ signal: 'PROCEED' });
  });

  it('takes functions, async functions, observables and operators', async () => {
    const of_ = (policy: Policy) => createGate([policy]).check(SUBJECT, contextOf());
    const skip: Verdict = { signal: 'SKIP' };
    const won = { signal: 'SKIP', policy: 'p' };
    expect(await of_({ name: 'p', decide: () => skip })).toEqual(won);
    expect(await of_({ name: 'p', decide: async () => Promise.resolve(skip) })).toEqual(won);
    expect(await of_({ name: 'p', decide: () => of(skip, PROCEED) })).toEqual(won);
    expect(await of_({ name: 'p', decide: () => timer(1).pipe(map(() => skip)) })).toEqual(won);
    expect(
      await of_({ name: 'p', operator: map(({ subject }) => (subject === SUBJECT ? skip : PROCEED)) }),
    ).toEqual(won);
  });

  it('keeps the receiver of a policy that is an object', () => {
    class Counting {
      readonly name = 'counting';
      #asked = 0;
      decide(): Verdict {
        return ++this.#asked > 1 ? { signal: 'SKIP', value: this.#asked } : PROCEED;
      }
    }
    const gate = createGate([new Counting()]);
    expect(gate.ask(SUBJECT, contextOf())).toEqual({ signal: 'PROCEED' });
    expect(gate.ask(SUBJECT, contextOf())).toEqual({ signal: 'SKIP', value: 2, policy: 'counting' });
  });

  it('hands on what verdicts say, and nothing else of them', () => {
    const decide = (verdict: unknown) => createGate([saying('p', verdict)]).ask(SUBJECT, contextOf());
    const policy = 'p';
    expect(decide({ signal: 'RETRY', delay: 5, reason: 'r', extra: 1 })).toEqual({
      ...{ signal: 'RETRY', delay: 5, reason: 'r', policy },
    });
    expect(decide({ signal: 'FALLBACK', value: null })).toEqual({ signal: 'FALLBACK', value: null, policy });
    expect(decide({ signal: 'FAIL', reason: '' })).toEqual({ signal: 'FAIL', reason: '', policy });
    expect(decide({ signal: 'SKIP', reason: 7 })).toEqual({
      ...{ signal: 'ERROR', reason: 'reason: expected a string, got number', policy },
    });
  });

  it('says what was wrong with an answer', () => {
    const reasonOf = (verdict: unknown) => createGate([saying('p', verdict)]).ask(SUBJECT, contextOf());
    const signals = 'PROCEED, SKIP, RETRY, FALLBACK or FAIL';
    expect(reasonOf(undefined)).toMatchObject({
      reason: `expected a verdict with the signal ${signals}, got undefined`,
    });
    expect(reasonOf({ signal: 'NO' })).toMatchObject({ reason: `signal: expected ${signals}, got "NO"` });
    expect(reasonOf({ signal: 'RETRY', delay: -1 })).toMatchObject({
      reason: 'RETRY: delay: expected 0 to 2147483647 ms, got -1',
    });
    expect(reasonOf({ signal: 'FALLBACK' })).toMatchObject({
      reason: 'FALLBACK: value: expected one, got none',
    });
  });

  it('counts per policy what it answered, its errors and its timeouts', async () => {
    const clock = new ManualClock();
    const errors: string[] = [];
    const onPolicyError = (error: unknown, { policy }: { policy: string }): void =>
      void errors.push(`${policy}: ${(error as Error).message}`);
    const gate = createGate(
      [
        saying('open', undefined, { onError: 'open', priority: 1 }),
        saying('hanging', NEVER, { types: 'node.*', timeout: 50, priority: 2 }),
        saying('skipping', { signal: 'SKIP' }, { types: 'token' }),
        saying('passing', PROCEED, { priority: -1 }),
      ],
      { clock, onPolicyError },
    );
    await gate.check(SUBJECT, contextOf());
    await gate.check({ type: 'token', data: {} }, contextOf());
    const late = gate.check({ type: 'node.started', data: {} }, contextOf());
    expect(gate.waiting).toBe(1);
    clock.advance(100);
    expect(await late).toEqual({
      signal: 'ERROR',
      reason: 'gave no verdict within 50 ms',
      policy: 'hanging',
    });
    const none = { PROCEED: 0, SKIP: 0, RETRY: 0, FALLBACK: 0, FAIL: 0, ERROR: 0 };
    expect(gate.policies).toEqual([
      { name: 'passing', priority: -1, decided: { ...none, PROCEED: 3 }, errors: 0, timeouts: 0 },
      { name: 'open', priority: 1, decided: none, errors: 3, timeouts: 0 },
      { name: 'hanging', priority: 2, decided: { ...none, ERROR: 1 }, errors: 1, timeouts: 1 },
      { name: 'skipping', priority: 100, decided: { ...none, SKIP: 1 }, errors: 0, timeouts: 0 },
    ]);
    expect(errors).toHaveLength(4);
    expect(errors[3]).toBe('hanging: gave no verdict within 50 ms');
  });

  it('survives a listener that throws or rejects', () => {
    for (const onPolicyError of [
      () => {
        throw new Error('listener');
      },
      () => Promise.reject(new Error('listener')),
    ]) {
      const gate = createGate([saying('p', undefined)], { onPolicyError: onPolicyError });
      expect(gate.ask(SUBJECT, contextOf())).toMatchObject({ signal: 'ERROR' });
    }
  });

  it('ignores an answer that comes after the time limit', async () => {
    const clock = new ManualClock();
    let answer!: (verdict: Verdict) => void;
    let fail!: (error: Error) => void;
    const gate = createGate(
      [
        saying('a', undefined, {
          onError: 'open',
          decide: () => new Promise<Verdict>(resolve => (answer = resolve)),
        } as never),
        saying('b', undefined, {
          onError: 'open',
          decide: () => new Promise<Verdict>((_, reject) => (fail = reject)),
        } as never),
      ],
      { clock },
    );
    const decision = gate.check(SUBJECT, contextOf());
    for (let i = 0; i < 2; i++) {
      await settle();
      clock.advance(6_000);
    }
    expect(await decision).toEqual({ signal: 'PROCEED' });
    answer({ signal: 'SKIP' });
    fail(new Error('late'));
    await settle();
    expect(gate.policies.map(({ decided, timeouts }) => [decided.SKIP, timeouts])).toEqual([
      [0, 1],
      [0, 1],
    ]);
  });

  it('asks nobody whose signal has fired', async () => {
    let asked = 0;
    const gate = createGate([{ name: 'p', decide: () => (asked++, PROCEED) }]);
    const signal = AbortSignal.abort(new Error('over'));
    await expect(gate.check(SUBJECT, contextOf({ signal }))).rejects.toThrow('over');
    expect(thrownBy(() => gate.ask(SUBJECT, contextOf({ signal })))).toMatchObject({ message: 'over' });
    expect(asked).toBe(0);
  });

  it('puts one listener on a signal, however many wait for it', async () => {
    const clock = new ManualClock();
    const gate = createGate([saying('hanging', NEVER)], { clock });
    const { signal } = new AbortController();
    let listeners = 0;
    const add = signal.addEventListener.bind(signal);
    signal.addEventListener = ((...given: Parameters<typeof add>) => (
      listeners++,
      add(...given)
    )) as typeof add;
    const all = Array.from({ length: 50 }, () => gate.check(SUBJECT, contextOf({ signal })));
    expect(listeners).toBe(1);
    clock.advance(10_000);
    expect(new Set((await Promise.all(all)).map(d => d.signal))).toEqual(new Set(['ERROR']));
    expect([gate.waiting, clock.pending]).toEqual([0, 0]);
  });

  it('leaves an observable whose finalizer throws', async () => {
    const cancelled = new AbortController();
    const gate = createGate([
      saying(
        'p',
        new Observable(() => () => {
          throw new Error('finalizer');
        }),
      ),
    ]);
    const decision = gate.check(SUBJECT, contextOf({ signal: cancelled.signal }));
    cancelled.abort(new Error('over'));
    await expect(decision).rejects.toThrow('over');
  });

  it('shows what redaction took away to those alone who asked for it', () => {
    const seen: unknown[] = [];
    const look = (name: string, raw?: boolean): Policy => ({
      ...{ name, raw },
      decide: (_, context) => (seen.push([name, context.raw?.data, context.runId]), PROCEED),
    });
    const raw = { ...SUBJECT, data: { tool: 'secret' } };
    for (const form of ['fused', 'composed'] as const) {
      seen.length = 0;
      const gate = createGate([look('a'), look('b', true), look('c')], { form });
      expect([gate.wantsRaw('tool.called'), createGate([look('a')]).wantsRaw('tool.called')]).toEqual([
        true,
        false,
      ]);
      void gate.ask(SUBJECT, contextOf({ raw }));
      expect(seen).toEqual([
        ['a', undefined, 'r'],
        ['b', { tool: 'secret' }, 'r'],
        ['c', undefined, 'r'],
      ]);
    }
  });

  it('tells its decisions as they are made', async () => {
    const clock = new ManualClock(1_000);
    const gate = createGate([saying('p', { signal: 'FAIL', reason: 'no' }, { types: 'tool.*' })], { clock });
    const seen: unknown[] = [];
    const subscription = gate.decisions$.subscribe(decision => seen.push(decision));
    await gate.check({ ...SUBJECT, node: 'plan' }, contextOf());
    await gate.check({ type: 'node.started', data: {} }, contextOf());
    subscription.unsubscribe();
    await gate.check(SUBJECT, contextOf());
    expect(seen).toEqual([
      {
        policy: 'p',
        signal: 'FAIL',
        on: 'tool.called',
        node: 'plan',
        reason: 'no',
        runId: 'r',
        tenantId: 't',
        time: 1_000,
      },
    ]);
  });

  it('lets listeners hear, in order, and counts what they throw', async () => {
    const heard: string[] = [];
    const gate = createGate([
      saying('sync', PROCEED, {
        observes: 'tool.*',
        observe: ({ type }) => {
          heard.push(type);
          throw new Error('deaf');
        },
      }),
      saying('async', PROCEED, { observe: () => Promise.reject(new Error('deaf')) }),
    ]);
    for (const type of ['tool.called', 'token', 'complete']) gate.tell({ type, data: {} }, contextOf());
    await settle();
    expect(heard).toEqual(['tool.called', 'complete']);
    expect(gate.policies.map(({ errors }) => errors)).toEqual([2, 3]);
    expect([gate.hears('token'), gate.guards('token'), gate.concerns('token')]).toEqual([true, true, true]);
  });

  it('asks about many types without remembering all of them', () => {
    const gate = createGate([saying('p', { signal: 'SKIP' }, { types: 'custom:*' })]);
    const decisions = Array.from({ length: 3_000 }, (_, i) =>
      gate.ask({ type: `custom:t${i}`, data: {} }, contextOf()),
    );
    expect(decisions.filter(d => 'signal' in d && d.signal === 'SKIP')).toHaveLength(3_000);
  });

  it.each<[string, unknown, string]>([
    ['a function', () => PROCEED, 'policy: expected an object, got function'],
    ['null', null, 'policy: expected an object, got null'],
    ['no name', { decide: () => PROCEED }, 'policy: name: expected 1 to 128 characters, got undefined'],
    ['an empty name', { name: '', decide: () => PROCEED }, 'name: expected 1 to 128 characters, got ""'],
    [
      'a priority that is no number',
      saying('p', 0, { priority: '1' as never }),
      'priority: expected a finite number, got "1"',
    ],
    ['an infinite priority', saying('p', 0, { priority: Infinity }), 'got Infinity'],
    [
      'a timeout of 0',
      saying('p', 0, { timeout: 0 }),
      'timeout: expected 1 to 31536000000 ms, or Infinity for none, got 0',
    ],
    [
      'onError otherwise',
      saying('p', 0, { onError: 'maybe' as never }),
      'onError: expected closed or open, got "maybe"',
    ],
    ['raw otherwise', saying('p', 0, { raw: 1 as never }), 'raw: expected true or false, got 1'],
    ['neither decide nor operator', { name: 'p' }, 'expected one of decide and operator'],
    [
      'both',
      { name: 'p', decide: () => PROCEED, operator: map(() => PROCEED) },
      'expected one of decide and operator',
    ],
    ['decide that is no function', { name: 'p', decide: 1 }, 'decide: expected a function, got 1'],
    [
      'observe that is no function',
      saying('p', 0, { observe: 1 as never }),
      'observe: expected a function, got 1',
    ],
    ['observes without observe', saying('p', 0, { observes: 'token' }), 'there is no observe'],
  ])('refuses %s, and changes nothing', (_, policy, message) => {
    const gate = createGate([saying('first', PROCEED)]);
    expect(() => gate.add(policy as Policy)).toThrow(expect.objectContaining({ code: 'BAD_OPTION' }));
    expect(() => gate.add(policy as Policy)).toThrow(message);
    expect(gate.policies.map(({ name }) => name)).toEqual(['first']);
  });

  it('refuses unknown types, names that are taken and lists that are none', async () => {
    expect(thrownBy(() => createGate([saying('p', 0, { types: 'tols.*' })]))).toBe('BAD_FILTER');
    expect(thrownBy(() => createGate([saying('p', 0), saying('p', 1)]))).toBe('POLICY_EXISTS');
    expect(thrownBy(() => createGate({} as never))).toBe('BAD_OPTION');
    expect(thrownBy(() => createGate([], { form: 'melted' as never }))).toBe('BAD_OPTION');
    expect(await codeOf(() => createGate().remove('nobody'))).toBe('nothing thrown');
  });

  it('takes the error of an observable for a fault', async () => {
    const broken = saying(
      'p',
      throwError(() => new Error('source')),
    );
    expect(await createGate([broken]).check(SUBJECT, contextOf())).toEqual({
      ...{ signal: 'ERROR', reason: 'source', policy: 'p' },
    });
  });
});
