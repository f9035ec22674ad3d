import { describe, expect, it } from '@jest/globals';
import { createEngine } from '../../../src/engine/create-engine.ts';
import { getRunContext } from '../../../src/run/current-context.ts';
import type { RunEvent } from '../../../src/event/run-event.ts';
import { thrownBy } from '../../support/code-of.ts';
import { settle, until } from '../../support/settle.ts';
import { nameOf, observersLab } from './told.ts';

const never = (): Promise<never> => new Promise(() => undefined);

describe('an observer that is slow', () => {
  it('holds up neither the one that emits nor the others', async () => {
    const { observers, tell, clock } = observersLab();
    const quick: number[] = [];
    observers.add(never);
    observers.add(({ seq }) => quick.push(seq));
    for (let at = 0; at < 5; at++) tell();
    expect(quick).toEqual([]);
    await settle();
    expect(quick).toEqual([1, 2, 3, 4, 5]);
    clock.advance(0);
  });

  it('has a time of its own for each event, whatever the others need', async () => {
    const { observers, tell, clock, sweep, failures } = observersLab();
    // Twenty of them together take far longer than one of them may.
    const open: (() => void)[] = [];
    const slow = Array.from({ length: 20 }, (_, at) =>
      observers.add(() => new Promise<void>(resolve => open.push(resolve)), {
        id: `slow ${at}`,
        timeout: 500,
      }),
    );
    const hung = observers.add(never, { id: 'hung', timeout: 300 });
    for (let event = 0; event < 3; event++) tell();
    for (let event = 0; event < 3; event++) {
      await settle();
      clock.advance(450);
      for (const finish of open.splice(0)) finish();
      await settle();
    }
    expect(slow.map(({ delivered, timedOut }) => [delivered, timedOut])).toEqual(slow.map(() => [3, 0]));
    expect([hung.timedOut, hung.delivered, hung.health]).toEqual([3, 0, 'failing']);
    expect(failures).toEqual([1, 2, 3].map(seq => ({ said: 'OBSERVER_TIMEOUT', id: 'hung', seq })));
    expect(sweep.size).toBe(0);
  });

  it('leaves no deadline behind when it answers, throws, leaves or is closed', async () => {
    const { observers, tell, sweep, clock } = observersLab();
    observers.add(async () => undefined);
    observers.add(() => Promise.reject(new Error('x')));
    const left = observers.add(never);
    const group = observers.add({ batch: never }, { maxWait: 1_000 });
    for (let at = 0; at < 10; at++) tell();
    await settle();
    expect(sweep.size).toBeGreaterThan(0);
    left.unsubscribe();
    const closing = group.close({ timeout: 10 });
    await settle();
    clock.advance(20);
    expect(await closing).toEqual({ left: 10 });
    await settle();
    expect(sweep.size).toBe(0);
  });

  it('is late alone: what it says after its time is not heard', async () => {
    const { observers, tell, clock, failures } = observersLab();
    let finish!: (error?: Error) => void;
    const late = observers.add(() => new Promise((_, reject) => (finish = reject)), {
      id: 'late',
      timeout: 10,
    });
    tell();
    await settle();
    clock.advance(100);
    finish(new Error('too late'));
    await settle();
    expect([late.timedOut, late.failed, failures.length]).toEqual([1, 0, 1]);
  });
});

describe('what waits for an observer', () => {
  it.each([
    ['drop-oldest', [1, 98, 99, 100]],
    ['drop-newest', [1, 2, 3, 4]],
  ] as const)('is bounded in events: %s', async (overflow, expected) => {
    const { observers, tell, failures } = observersLab();
    const shown: number[] = [];
    const gate: (() => void)[] = [];
    const observe = ({ seq }: RunEvent): Promise<void> => {
      shown.push(seq);
      return new Promise(resolve => gate.push(resolve));
    };
    const slow = observers.add(observe, { id: 'slow', capacity: { events: 3 }, overflow });
    tell();
    await settle();
    for (let at = 1; at < 100; at++) tell();
    await settle();
    expect([slow.waiting, slow.dropped, slow.health]).toEqual([4, 96, 'slow']);
    expect(failures.map(({ said }) => said)).toEqual(['BUFFER_OVERFLOW']);
    while (slow.waiting > 0) {
      gate.splice(0).forEach(open => open());
      await settle();
    }
    expect([shown, slow.seen, slow.delivered, slow.dropped, slow.health]).toEqual([
      expected,
      100,
      4,
      96,
      'ok',
    ]);
  });

  it('is bounded in bytes', async () => {
    const { observers, tell } = observersLab();
    const slow = observers.add(never, { capacity: { bytes: 10_000 } });
    for (let at = 0; at < 50; at++) tell('r', 'token', { content: 'x'.repeat(1_000) });
    await settle();
    expect([slow.waiting <= 9, slow.waiting >= 6, slow.dropped]).toEqual([true, true, 50 - slow.waiting]);
  });

  it('ends the observer where overflow is an error', async () => {
    const { observers, tell, failures } = observersLab();
    const strict = observers.add(never, { id: 'strict', capacity: { events: 2 }, overflow: 'error' });
    tell();
    await settle();
    for (let at = 0; at < 9; at++) tell();
    await settle();
    expect([strict.health, strict.seen, strict.dropped, observers.size]).toEqual(['closed', 10, 10, 0]);
    expect(failures.map(({ said }) => said)).toEqual(['BUFFER_OVERFLOW']);
  });

  it('is bounded and in order also where the emitter never lets go of the thread', async () => {
    const { observers, tell } = observersLab();
    const seen: string[] = [];
    const observation = observers.add(event => seen.push(nameOf(event)), { capacity: { events: 1_000 } });
    for (let at = 0; at < 5_000; at++) tell();
    expect(seen).toEqual([]);
    expect(observation.waiting).toBeLessThanOrEqual(1_000);
    expect(observation.dropped).toBeGreaterThanOrEqual(3_500);
    await until(() => observation.waiting === 0);
    const { dropped, delivered } = observation;
    expect(seen).toEqual(Array.from({ length: 5_000 - dropped }, (_, at) => `r:${dropped + at + 1}`));
    expect(delivered).toBe(seen.length);
  });
});

describe('an observer of several runs at once', () => {
  it('has the events of one run one after another, and a hung run holds up no other', async () => {
    const { observers, tell } = observersLab();
    const order: string[] = [];
    const busy = new Set<string>();
    let together = 0;
    const observation = observers.add(
      async event => {
        if (event.runId === 'stuck') return never();
        expect(busy.has(event.runId)).toBe(false);
        busy.add(event.runId);
        together = Math.max(together, busy.size);
        await new Promise(resolve => setImmediate(resolve));
        busy.delete(event.runId);
        order.push(nameOf(event));
      },
      { concurrency: 3 },
    );
    for (let seq = 0; seq < 5; seq++) for (const run of ['stuck', 'a', 'b', 'c']) tell(run);
    await until(() => order.length === 15);
    for (const run of ['a', 'b', 'c']) {
      const own = order.filter(name => name.startsWith(run));
      expect(own).toEqual([1, 2, 3, 4, 5].map(seq => `${run}:${seq}`));
    }
    expect([together, observation.waiting, observation.failed]).toEqual([2, 5, 0]);
  });
});

describe('an end', () => {
  it('flush waits for what was committed before, and for the flush of the observer', async () => {
    const { observers, tell } = observersLab();
    const done: unknown[] = [];
    const observation = observers.add({
      next: async ({ seq }: RunEvent) => {
        await settle();
        done.push(seq);
      },
      flush: () => done.push('flush'),
      close: () => done.push('close'),
    });
    tell();
    tell();
    await observation.flush();
    expect(done).toEqual([1, 2, 'flush']);
    tell();
    expect(await observation.close()).toEqual({ left: 0 });
    tell();
    await settle();
    expect([done, observation.seen, observation.health]).toEqual([
      [1, 2, 'flush', 3, 'flush', 'close'],
      3,
      'closed',
    ]);
  });

  it('close reports what was left, and counts it as dropped', async () => {
    const { observers, tell, clock, sweep } = observersLab();
    const observation = observers.add(never, { timeout: Infinity });
    for (let at = 0; at < 5; at++) tell();
    const closing = observation.close({ timeout: 1_000 });
    await settle();
    clock.advance(2_000);
    expect(await closing).toEqual({ left: 5 });
    expect([observation.dropped, observation.waiting, observers.size]).toEqual([5, 0, 0]);
    await settle();
    expect(sweep.size).toBe(0);
  });

  it('an observer that fails at its end is reported, and closed all the same', async () => {
    const { observers, failures } = observersLab();
    const fail = (): never => {
      throw new Error('at the end');
    };
    const observation = observers.add(
      { next: () => undefined, flush: fail, close: () => Promise.reject(new Error('closing')) },
      { id: 'x' },
    );
    expect(await observation.close()).toEqual({ left: 0 });
    expect(failures.map(({ said }) => said)).toEqual(['Error: at the end', 'Error: closing']);
  });

  it('an observer may wait for its own flush, and for the engine that closes: its time ends that', async () => {
    const engine = createEngine({ onObserverError: () => undefined });
    const own = engine.observe(() => own.flush(), { timeout: 50 });
    const closer = engine.observe(({ type }) => type === 'complete' && engine.close({ drain: 100 }), {
      timeout: 50,
    });
    const run = await engine.start(() => 1);
    await run.result;
    await until(() => closer.health === 'closed' && own.health === 'closed');
    expect(await engine.close()).toMatchObject({ ended: 0 });
    expect(thrownBy(() => engine.observe(() => 1))).toBe('ENGINE_CLOSED');
  });

  it('closing the engine drains observers, within its limit, and says who was not done', async () => {
    const engine = createEngine({ onObserverError: () => undefined });
    const late: number[] = [];
    engine.observe(
      async ({ seq }) => {
        await settle();
        late.push(seq);
      },
      { id: 'slow' },
    );
    engine.observe(never, { id: 'hung', kind: 'audit' });
    const run = await engine.start(ctx => ctx.token('x'));
    await run.result;
    const report = await engine.close({ drain: 100 });
    expect(late).toEqual([1, 2, 3]);
    expect(report.unfinished).toEqual([{ id: 'hung', kind: 'audit', left: 3 }]);
  });
});

describe('the list of observers', () => {
  it('finds and removes by id, and filters by type and tenant', async () => {
    const engine = createEngine();
    const mine: string[] = [];
    engine.observe(event => mine.push(event.type), {
      id: 'mine',
      tenantId: 'other',
      types: 'token',
      kind: 'test',
    });
    engine.observe(() => undefined, { id: 'second' });
    expect([...engine.observers].map(({ id }) => id)).toEqual(['mine', 'second']);
    for (const tenantId of ['default', 'other']) {
      const run = await engine.start(ctx => (ctx.token('x'), ctx.step('x')), { tenantId });
      await run.result;
    }
    await engine.observers.flush();
    expect(mine).toEqual(['started', 'token', 'complete']);
    expect([engine.observers.get('mine')!.seen, engine.observers.get('second')!.seen]).toEqual([3, 8]);
    expect([engine.observers.remove('mine'), engine.observers.remove('mine'), engine.observers.size]).toEqual(
      [true, false, 1],
    );
    await engine.close();
  });

  it('an observer belongs to no run, whoever emitted', async () => {
    const engine = createEngine();
    const contexts: unknown[] = [];
    engine.observe(() => contexts.push(getRunContext()));
    const run = await engine.start(async ctx => {
      ctx.token('x');
      await settle();
    });
    await run.result;
    await engine.close();
    expect(contexts).toEqual([undefined, undefined, undefined]);
  });

  it.each<[string, unknown, object]>([
    ['a string', 'x', {}],
    ['nothing', undefined, {}],
    ['both forms', { next: () => 1, batch: () => 1 }, {}],
    ['an object without either', {}, {}],
    ['a worker that is no URL', { worker: 'my-observer' }, {}],
    ['an empty id', () => 1, { id: '' }],
    ['no concurrency', () => 1, { concurrency: 0 }],
    ['no time', () => 1, { timeout: 0 }],
    ['no room', () => 1, { capacity: { events: 0 } }],
    ['a capacity that is a number', () => 1, { capacity: 5 as never }],
    ['an unknown overflow', () => 1, { overflow: 'coalesce' }],
    ['a group for a function', () => 1, { maxBatch: 2 }],
    ['no group', { batch: () => 1 }, { maxBatch: 0 }],
    ['a wait beyond measure', { batch: () => 1 }, { maxWait: 1e9 }],
  ])('refuses %s with BAD_OPTION', (_, observer, options) => {
    const { observers } = observersLab();
    expect(thrownBy(() => observers.add(observer as never, options))).toBe('BAD_OPTION');
    expect(observers.size).toBe(0);
  });
});
