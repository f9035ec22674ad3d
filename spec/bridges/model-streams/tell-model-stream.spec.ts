import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import {
  tellAnthropicMessage,
  tellOpenAiResponse,
  type ModelTold,
} from '../../../src/bridges/model-streams/tell-model-stream.ts';
import { createEngine } from '../../../src/engine/create-engine.ts';
import type { Engine } from '../../../src/engine/engine.ts';
import { until } from '../../support/settle.ts';
import { Floodgate, slowBackend } from '../../support/slow-backend.ts';
import { eventsOf, heardOf, textOf, typesOf } from '../run-record.ts';
import { ANTHROPIC, OPENAI, sseOf } from './samples.ts';

describe.each([
  { name: 'OpenAI', tell: tellOpenAiResponse, sample: OPENAI },
  { name: 'Anthropic', tell: tellAnthropicMessage, sample: ANTHROPIC },
])('a stream of $name in a run', ({ tell, sample }) => {
  let engine: Engine;
  beforeEach(() => {
    engine = createEngine({ grace: 200 });
  });
  afterEach(() => engine.close());

  it('is told from the body of an answer', async () => {
    const body = new Response(sseOf(sample)).body!;
    const run = await engine.start<ModelTold>(ctx => tell(ctx, body));
    expect(await run.result).toMatchObject({
      text: 'Tea ☕ is hot.',
      calls: [{ tool: 'add', args: { a: 1, b: 2 } }],
    });
    expect(textOf(await eventsOf(engine, run.id))).toBe('Tea ☕ is hot.');
  });

  it('leaves the call to ctx.llm around it', async () => {
    const run = await engine.start(ctx =>
      ctx.llm({ model: 'm', messages: [] }, () => tell(ctx, parts(sample), { call: false })),
    );
    await run.result;
    const types = typesOf(await eventsOf(engine, run.id));
    expect(types.filter(type => type.startsWith('llm.'))).toEqual(['llm.prompt', 'llm.response']);
  });

  it('is left when the run is cancelled', async () => {
    let left: unknown;
    const silent = new ReadableStream<unknown>({
      start: controller => controller.enqueue(sseOf(sample.slice(0, 5))),
      cancel: reason => {
        left = reason;
      },
    });
    const run = await engine.start(ctx => tell(ctx, silent));
    const heard = heardOf(run);
    await until(() => heard.some(({ type }) => type === 'token'), 'a token');
    await run.cancel('enough');
    await expect(run.result).rejects.toMatchObject({ code: 'RUN_CANCELLED' });
    await until(() => left !== undefined, 'the stream to be left');
    expect((await eventsOf(engine, run.id)).at(-1)).toMatchObject({
      type: 'cancelled',
      data: { reason: 'enough' },
    });
  });

  it('fails the run where it breaks off', async () => {
    const run = await engine.start(ctx => tell(ctx, parts(sample.slice(0, -2))));
    await expect(run.result).rejects.toMatchObject({ code: 'RUN_FAILED' });
    const events = await eventsOf(engine, run.id);
    expect(typesOf(events).slice(-2)).toEqual(['llm.failed', 'error']);
  });

  it('is read no faster than it is stored', async () => {
    const store = new Floodgate();
    const slow = createEngine({ backend: slowBackend({ append: store.pace }), grace: 200 });
    let asked = 0;
    const long = (async function* () {
      yield* parts(sample.slice(0, 4));
      for (; asked < 5_000; asked++) yield await Promise.resolve(sample[4]);
    })();
    const starting = slow.start(ctx => tell(ctx, long));
    await until(() => asked > 200, 'some parts');
    for (let turn = 0; turn < 200; turn++) await new Promise(setImmediate);
    expect(asked).toBeLessThan(600);
    store.open();
    const run = await starting;
    await expect(run.result).rejects.toMatchObject({ code: 'RUN_FAILED' });
    expect(asked).toBe(5_000);
    await slow.close();
  });
});

async function* parts(list: readonly unknown[]): AsyncGenerator<unknown> {
  for (const part of list) yield await Promise.resolve(part);
}
