import { afterAll, afterEach, describe, expect, it } from '@jest/globals';
import * as z from 'zod';
import { createEngine } from '../../../src/engine/create-engine.ts';
import type { Engine } from '../../../src/engine/engine.ts';
import { createHandler } from '../../../src/http/create-handler.ts';
import { instanceOf, LawRun } from '../../../src/testing/backend-laws/law-run.ts';
import { codeOf } from '../../support/code-of.ts';
import { collect } from '../../support/collect.ts';
import { untilAsked, until } from '../../support/settle.ts';
import { hurriedClock } from './hurried-clock.ts';
import { redisLab } from './redis-lab.ts';

const lab = await redisLab();
afterAll(() => lab.close());

describe('answers to a run of another process', () => {
  const engines: Engine[] = [];
  afterEach(async () => {
    await Promise.all(engines.splice(0).map(engine => engine.close()));
  });

  async function instance(): Promise<Engine> {
    const engine = createEngine({ backend: await lab.open(), grace: 100 });
    engines.push(engine);
    await engine.ready;
    return engine;
  }

  /** A run that asks for a number twice, and the first question as another process sees it. */
  async function asking(owner: Engine, other: Engine, id: string) {
    const run = await owner.start(
      async ctx => [
        await ctx.ask('How many?', { schema: z.number() }),
        await ctx.ask('Of which?', { schema: z.string() }),
      ],
      { id },
    );
    const seen = collect(other.events(id));
    const ask = async (nth: number): Promise<string> => {
      const asks = () => seen.events.filter(event => event.type === 'ask');
      await until(() => asks().length > nth, 'the question');
      return asks()[nth]!.data.askId;
    };
    return { run, seen, ask };
  }

  it('are refused as in its own process, with the same words', async () => {
    const [owner, other] = [await instance(), await instance()];
    const { run, seen, ask } = await asking(owner, other, 'asking');
    const first = await ask(0);
    const refusalsOf = async (engine: Engine): Promise<unknown[]> => {
      const told = (askId: string, value: unknown) =>
        engine.runs.answer('asking', askId, { value }).then(
          () => 'taken',
          (error: { code: string; message: string; details: unknown; runId: string }) => {
            const { code, message, details, runId } = error;
            return { code, message, details, runId };
          },
        );
      return [await told('nope', 1), await told(first, 'many'), await told(first, { a: [] })];
    };
    const there = await refusalsOf(other);
    expect(there).toEqual(await refusalsOf(owner));
    expect(there.map(refusal => (refusal as { code: string }).code)).toEqual([
      'ASK_NOT_FOUND',
      'BAD_ANSWER',
      'BAD_ANSWER',
    ]);
    await other.runs.answer('asking', first, { value: 3, by: 'ann' });
    const second = await ask(1);
    for (const engine of [other, owner])
      expect(await codeOf(() => engine.runs.answer('asking', first, { value: 3 }))).toBe('ASK_NOT_FOUND');
    await other.runs.answer('asking', second, { value: 'these' });
    expect(await run.result).toEqual([3, 'these']);
    for (const engine of [other, owner])
      expect(await codeOf(() => engine.runs.answer('asking', second, { value: 'x' }))).toBe('RUN_ENDED');
    const answers = seen.events.filter(event => event.type === 'answer').map(({ data }) => data);
    expect(answers).toEqual([
      { askId: first, value: 3, by: 'ann' },
      { askId: second, value: 'these' },
    ]);
  });

  it('count once for each question, whoever is first', async () => {
    const [owner, one, two] = [await instance(), await instance(), await instance()];
    const { seen, ask } = await asking(owner, one, 'contended');
    const askId = await ask(0);
    const codes = await Promise.all(
      Array.from({ length: 20 }, (_, value) =>
        codeOf(() => (value % 2 ? one : two).runs.answer('contended', askId, { value })),
      ),
    );
    expect(codes.filter(code => code === 'nothing thrown')).toHaveLength(1);
    expect(codes.filter(code => code === 'ASK_NOT_FOUND')).toHaveLength(19);
    await until(() => seen.types.includes('answer'), 'the answer');
    const said = seen.events.find(event => event.type === 'answer')!;
    expect(said.data.value).toBe(codes.indexOf('nothing thrown'));
  });

  it('may be sent again under their key, here and there', async () => {
    const [owner, other] = [await instance(), await instance()];
    const { seen, ask } = await asking(owner, other, 'repeated');
    const askId = await ask(0);
    const answer = { value: 3, idempotencyKey: 'mine' };
    for (const engine of [other, other, owner]) await engine.runs.answer('repeated', askId, answer);
    for (const engine of [other, owner])
      expect(
        await codeOf(() => engine.runs.answer('repeated', askId, { value: 3, idempotencyKey: 'yours' })),
      ).toBe('ASK_NOT_FOUND');
    await ask(1);
    expect(seen.types.filter(type => type === 'answer')).toHaveLength(1);
    for (const idempotencyKey of ['', 'x'.repeat(257)])
      for (const engine of [other, owner])
        expect(await codeOf(() => engine.runs.answer('repeated', askId, { value: 3, idempotencyKey }))).toBe(
          'BAD_ANSWER',
        );
  });

  it('are refused over HTTP, too', async () => {
    const [owner, other] = [await instance(), await instance()];
    const { ask } = await asking(owner, other, 'http');
    const askId = await ask(0);
    const handler = createHandler(other);
    const post = async (body: object): Promise<unknown[]> => {
      const response = await handler(
        new Request('http://localhost/runs/http/answers', {
          method: 'POST',
          headers: { 'content-type': 'application/json', host: 'localhost' },
          body: JSON.stringify(body),
        }),
      );
      return [response.status, ((await response.json()) as { code?: string }).code];
    };
    expect(await post({ askId: 'no', value: 1 })).toEqual([404, 'ASK_NOT_FOUND']);
    expect(await post({ askId, value: 'many' })).toEqual([400, 'BAD_ANSWER']);
    expect(await post({ askId, value: 3, idempotencyKey: 'k' })).toEqual([202, undefined]);
    expect(await post({ askId, value: 3, idempotencyKey: 'k' })).toEqual([202, undefined]);
    expect(await post({ askId, value: 3 })).toEqual([404, 'ASK_NOT_FOUND']);
  });

  it('are not waited for without an end, and still count when they are taken', async () => {
    const backend = await lab.open();
    const run = await LawRun.create(backend, lab);
    await run.write('a');
    const { runId, tenantId } = run.record;
    const engine = createEngine({ backend: await lab.open() });
    engines.push(engine);
    const answer = engine.runs.answer(runId, 'question', { tenantId, value: 1 });
    expect(await codeOf(() => answer)).toBe('OWNER_SILENT');
    expect(await backend.commands!.take(instanceOf(backend))).toMatchObject([
      { command: { askId: 'question', value: 1 } },
    ]);
    const ending = codeOf(() => engine.runs.answer(runId, 'question', { tenantId, value: 1 }));
    await untilAsked(async () => (await lab.probe.llen(`${lab.prefix}:q:{${run.key}}`)) === 1, 'the answer');
    await run.end();
    expect(await ending).toBe('RUN_ENDED');
  }, 30_000);

  it('are bounded by number and by size while nobody takes them, and a cancel is not', async () => {
    const backend = await lab.open();
    const run = await LawRun.create(backend, lab);
    await run.write('a');
    const { runId, tenantId } = run.record;
    const engine = createEngine({ backend: await lab.open(), clock: hurriedClock() });
    engines.push(engine);
    const flood = (value: unknown, most: number): Promise<unknown[]> =>
      Promise.all(
        Array.from({ length: most }, () => codeOf(() => engine.runs.answer(runId, 'q', { tenantId, value }))),
      );
    const codes = await flood('small', 150);
    expect(codes.filter(code => code === 'OWNER_SILENT')).toHaveLength(100);
    expect(codes.filter(code => code === 'COMMANDS_FULL')).toHaveLength(50);
    for (let n = 0; n < 5; n++)
      expect(await engine.runs.cancel(runId, { tenantId, reason: `${n}` })).toBe('requested');
    const queue = `${lab.prefix}:q:{${run.key}}`;
    expect(await lab.probe.llen(queue)).toBe(101);
    expect(await lab.probe.pttl(queue)).toBeGreaterThan(0);
    expect((await backend.commands!.take(instanceOf(backend))).at(-1)).toMatchObject({
      command: { command: 'cancel', reason: '0' },
    });
    const large = await flood('x'.repeat(200_000), 10);
    expect(large.filter(code => code === 'COMMANDS_FULL')).toHaveLength(5);
    expect(await lab.probe.memory('USAGE', queue)).toBeLessThan(1_500_000);
  }, 30_000);
});
