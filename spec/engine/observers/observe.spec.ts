import { describe, expect, it } from '@jest/globals';
import { finalize, take } from 'rxjs';
import { isSluiceError } from '../../../src/errors/sluice-error.ts';
import { ManualClock } from '../../../src/testing/manual-clock.ts';
import { createEngine } from '../../../src/engine/create-engine.ts';
import type { RunEvent } from '../../../src/event/run-event.ts';
import { thrownBy } from '../../support/code-of.ts';
import { broken, collect } from '../../support/collect.ts';
import { settle } from '../../support/settle.ts';

const anything = (value: unknown) => value as never;

async function talk(engine: ReturnType<typeof createEngine>, texts = ['a', 'b']) {
  const run = await engine.start(ctx => texts.forEach(text => ctx.token(text)));
  const seen = collect(run);
  await run.result;
  expect(broken(seen)).toBeUndefined();
  await engine.observers.flush();
  return run;
}

describe('observers', () => {
  it('see every event of every run, in the order of each, until they leave', async () => {
    const seen: string[] = [];
    const engine = createEngine({ observers: [event => void seen.push(`${event.seq} ${event.type}`)] });
    await talk(engine);
    expect(seen).toEqual(['1 started', '2 token', '3 token', '4 complete']);
    const tokens: RunEvent[] = [];
    const observation = engine.observe(event => tokens.push(event), {
      types: 'token',
      id: 'tokens',
      kind: 'test',
    });
    await talk(engine);
    expect(tokens.map(({ type }) => type)).toEqual(['started', 'token', 'token', 'complete']);
    expect({ ...observation, seen: observation.seen, failed: observation.failed }).toMatchObject({
      ...{ id: 'tokens', kind: 'test', seen: 4, failed: 0 },
    });
    observation.unsubscribe();
    observation.unsubscribe();
    await talk(engine);
    expect([observation.seen, engine.stats.observers]).toEqual([4, 1]);
  });

  it.each<[string, () => unknown]>([
    [
      'throws',
      () => {
        throw new Error('observer');
      },
    ],
    ['rejects', () => Promise.reject(new Error('observer'))],
    [
      'gives a thenable that throws',
      () => ({ then: (_: unknown, no: (e: Error) => void) => no(new Error('observer')) }),
    ],
    [
      'gives a then that throws',
      () => ({
        get then(): never {
          throw new Error('observer');
        },
      }),
    ],
    ['never comes back', () => new Promise(() => undefined)],
  ])('harm nobody when one %s', async (what, observer) => {
    const errors: unknown[] = [];
    const clock = new ManualClock();
    const engine = createEngine({
      clock,
      onObserverError: (error, { id, event }) =>
        errors.push([isSluiceError(error) ? error.code : String(error), id, event?.seq]),
    });
    const bad = engine.observe(observer, { id: 'bad' });
    const good: number[] = [];
    engine.observe(event => good.push(event.seq));
    const run = await engine.start(ctx => ctx.token('a'));
    await run.result;
    await settle();
    // The good one had everything before the bad one had its time, three times.
    expect(good).toEqual([1, 2, 3]);
    for (let event = 0; event < 3; event++) {
      clock.advance(6_000);
      await settle();
    }
    const hangs = what === 'never comes back';
    expect([bad.failed, bad.timedOut, bad.waiting, bad.health]).toEqual([
      hangs ? 0 : 3,
      hangs ? 3 : 0,
      0,
      'failing',
    ]);
    const said = hangs ? 'OBSERVER_TIMEOUT' : 'Error: observer';
    expect(errors).toEqual([1, 2, 3].map(seq => [said, 'bad', seq]));
    expect(await engine.close()).toMatchObject({ unfinished: [] });
  });

  it('may fail together with whoever is told of it', async () => {
    const fail = () => {
      throw new Error('x');
    };
    for (const onObserverError of [fail, async () => fail()]) {
      const engine = createEngine({ observers: [fail, async () => fail()], onObserverError });
      await talk(engine);
      await settle();
    }
  });

  it('may register and leave in a call: the newcomer sees what is committed from then on, the leaver nothing more', async () => {
    const engine = createEngine();
    const late: number[] = [];
    const left: number[] = [];
    let isFirst = true;
    engine.observe(() => {
      if (!isFirst) return;
      isFirst = false;
      engine.observe(event => late.push(event.seq));
      leaver.unsubscribe();
    });
    const leaver = engine.observe(event => left.push(event.seq));
    const run = await engine.start(async ctx => {
      ctx.token('a');
      await settle();
      ctx.token('b');
    });
    await run.result;
    await engine.observers.flush();
    expect([late, left]).toEqual([[2, 3, 4], []]);
  });

  it('may emit: what they say comes behind what they saw', async () => {
    const engine = createEngine();
    const run = await engine.start(async ctx => {
      engine.observe(event => {
        if (event.type === 'token' && event.data.content.length < 3) ctx.token(`${event.data.content}!`);
      });
      ctx.token('a');
      await settle();
    });
    const seen = collect(run);
    await run.result;
    expect(broken(seen)).toBeUndefined();
    expect(seen.events.flatMap(event => (event.type === 'token' ? [event.data.content] : []))).toEqual([
      'a',
      'a!',
      'a!!',
    ]);
  });

  it('are functions with an id of their own', () => {
    const engine = createEngine();
    engine.observe(() => 1, { id: 'x' });
    expect(thrownBy(() => engine.observe(() => 1, { id: 'x' }))).toBe('BAD_OPTION');
    expect(thrownBy(() => engine.observe(anything('x')))).toBe('BAD_OPTION');
    expect(thrownBy(() => engine.observe(() => 1, { types: 'nonsense' }))).toBe('BAD_FILTER');
    expect(engine.stats.observers).toBe(1);
  });
});

describe('the feed', () => {
  it('shows the events of all runs from now on, as its filter and tenant say', async () => {
    const engine = createEngine();
    await talk(engine);
    const all = collect(engine.feed());
    const tokens = collect(engine.feed({ filter: 'token' }));
    const foreign = collect(engine.feed({ tenantId: 'other' }));
    await talk(engine);
    await talk(engine, []);
    expect([all.seqs, tokens.types.filter(type => type === 'token').length, foreign.items]).toEqual([
      ...[[1, 2, 3, 4, 1, 2], 2, []],
    ]);
    expect(thrownBy(() => engine.feed({ filter: 'nonsense' }))).toBe('BAD_FILTER');
  });

  it('leaves nothing behind, also where a finalizer throws', async () => {
    const engine = createEngine();
    collect(engine.feed().pipe(take(1)));
    const broke = collect(
      engine.feed().pipe(
        finalize(() => {
          throw new Error('finalizer');
        }),
        take(1),
      ),
    );
    const other = collect(engine.feed());
    await talk(engine);
    expect([broke.seqs, other.seqs, engine.stats.observers]).toEqual([[1], [1, 2, 3, 4], 1]);
    await engine.close();
    expect([other.completed, engine.stats.observers]).toEqual([true, 0]);
  });
});
