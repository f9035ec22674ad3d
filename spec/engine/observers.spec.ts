import { describe, expect, it } from '@jest/globals';
import { finalize, take } from 'rxjs';
import { createEngine } from '../../src/engine/create-engine.ts';
import type { RunEvent } from '../../src/event/run-event.ts';
import { thrownBy } from '../support/code-of.ts';
import { broken, collect } from '../support/collect.ts';
import { settle } from '../support/settle.ts';

const anything = (value: unknown) => value as never;

async function talk(engine: ReturnType<typeof createEngine>, texts = ['a', 'b']) {
  const run = await engine.start(ctx => texts.forEach(text => ctx.token(text)));
  const seen = collect(run);
  await run.result;
  expect(broken(seen)).toBeUndefined();
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
    const engine = createEngine({
      onObserverError: (error, { id, event }) => errors.push([String(error), id, event.seq]),
    });
    const bad = engine.observe(observer, { id: 'bad' });
    const good: number[] = [];
    engine.observe(event => good.push(event.seq));
    await talk(engine, ['a']);
    await settle();
    const hurts = what !== 'never comes back';
    expect([good, bad.failed]).toEqual([[1, 2, 3], hurts ? 3 : 0]);
    expect(errors).toEqual(hurts ? [1, 2, 3].map(seq => ['Error: observer', 'bad', seq]) : []);
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

  it('may register and leave during a round: the newcomer sees the next event, the leaver nothing more', async () => {
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
    await talk(engine);
    expect([late, left]).toEqual([[2, 3, 4], []]);
  });

  it('may emit: what they say comes behind what they saw', async () => {
    const engine = createEngine();
    const run = await engine.start(async ctx => {
      engine.observe(event => {
        if (event.type === 'token' && event.data.content.length < 3) ctx.token(`${event.data.content}!`);
      });
      ctx.token('a');
      await ctx.drained();
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
