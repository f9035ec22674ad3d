import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { handlerAgent } from '../../../src/bridges/dockrion/handler-agent.ts';
import { createEngine } from '../../../src/engine/create-engine.ts';
import type { Engine } from '../../../src/engine/engine.ts';
import { until } from '../../support/settle.ts';
import { eventsOf, heardOf, textOf, typesOf } from '../run-record.ts';

describe('a plain handler as an agent', () => {
  let engine: Engine;
  beforeEach(() => {
    engine = createEngine({ grace: 200 });
  });
  afterEach(() => engine.close());

  it.each([
    ['at once', (n: number) => n + 1],
    ['later', (n: number) => Promise.resolve(n + 1)],
  ])('gives its output %s', async (_, handler) => {
    const run = await engine.start(handlerAgent<number, number>({ name: 'inc', handler }), { input: 1 });
    expect(await run.result).toBe(2);
  });

  it.each([
    [
      'generator',
      function* (payload: string) {
        yield payload;
        yield '!';
        yield { type: 'progress', fraction: 0.5 };
        yield ['fraud', { risk: 1 }];
        yield { odd: true };
        return 'done';
      },
    ],
    [
      'asynchronous generator',
      async function* (payload: string) {
        yield* [payload, await Promise.resolve('!')];
        yield { type: 'progress', fraction: 0.5 };
        yield ['fraud', { risk: 1 }];
        yield { odd: true };
        return 'done';
      },
    ],
  ])('says while it works what it yields as a %s', async (_, handler) => {
    const run = await engine.start(handlerAgent<string, string>({ name: 'gen', handler }), { input: 'hi' });
    expect(await run.result).toBe('done');
    const events = await eventsOf(engine, run.id);
    expect(textOf(events)).toBe('hi!');
    expect(typesOf(events)).toEqual(['started', 'progress', 'custom:fraud', 'custom:handler', 'complete']);
  });

  it('fails with what it throws', async () => {
    const handler = (): never => {
      throw new RangeError('no');
    };
    const run = await engine.start(handlerAgent({ name: 'bad', handler }), { input: 1 });
    await expect(run.result).rejects.toMatchObject({ code: 'RUN_FAILED' });
    expect((await eventsOf(engine, run.id)).at(-1)).toMatchObject({
      data: { errorType: 'RangeError', message: 'no' },
    });
  });

  it('is returned from when its run is cancelled', async () => {
    let isTidied = false;
    const handler = async function* () {
      try {
        for (;;) yield await new Promise<string>(resolve => setImmediate(resolve, 'x'));
      } finally {
        isTidied = true;
      }
    };
    const run = await engine.start(handlerAgent({ name: 'endless', handler: handler }), {
      input: 1,
    });
    const heard = heardOf(run);
    await until(() => textOf(heard).length > 5, 'some text');
    await run.cancel('enough');
    await expect(run.result).rejects.toMatchObject({ code: 'RUN_CANCELLED' });
    expect(isTidied).toBe(true);
    expect((await eventsOf(engine, run.id)).at(-1)!.data).toEqual({ reason: 'enough' });
  });
});
