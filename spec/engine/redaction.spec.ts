import { describe, expect, it } from '@jest/globals';
import * as z from 'zod';
import { createEngine } from '../../src/engine/create-engine.ts';
import { defineAgent } from '../../src/engine/define-agent.ts';
import { codeOf } from '../support/code-of.ts';
import { collect } from '../support/collect.ts';
import { settle } from '../support/settle.ts';

const SECRET = ['hunter', '22'].join('');
const MARK = '<secret:KEY>';

/** Everything that anybody but the caller and the agent can see of a run. */
async function everythingOf(
  engine: ReturnType<typeof createEngine>,
  id: string,
  observed: unknown,
): Promise<string> {
  const seen = collect(engine.events(id));
  const pages = await engine.events.search(id, { limit: 1_000 });
  return JSON.stringify([seen.items, await engine.runs.get(id), await engine.runs.list(), pages, observed]);
}

describe('a secret', () => {
  it('shows in no place of a run, and leaves its mark in each', async () => {
    const observed: unknown[] = [];
    const news: unknown[] = [];
    const engine = createEngine({ secrets: { KEY: SECRET }, observers: [event => observed.push(event)] });
    engine.runs.watch().subscribe(one => news.push(one));
    const run = await engine.start<{ key: string }>(
      async ctx => {
        const key = ctx.input.key;
        ctx.token(`token ${key}`);
        ctx.token('x', { messageId: key, metadata: { [key]: [key] } });
        ctx.progress(key, 0.5, {
          message: `progress ${key}`,
          details: { [`in a key ${key}`]: { deep: [key] } },
        });
        ctx.step(key, { inputKeys: [key] });
        ctx.warn(`warning ${key}`, { details: { key } });
        ctx.custom('mine', {
          [key]: key,
          url: encodeURIComponent(`${key}/?`),
          hex: Buffer.from(key).toString('hex'),
        });
        ctx.artifact(key, { text: `${key}${key}` }, { name: key });
        await ctx.checkpoint(key, { key });
        await ctx.emit('tool.called', { callId: key, tool: key, args: [key] });
        const answer = await ctx.ask<string>(`question ${key}`);
        return { output: key, answer };
      },
      {
        ...{ input: { key: SECRET }, id: 'run', labels: { [SECRET]: SECRET } },
        metadata: { [SECRET]: `of metadata ${SECRET}` },
      },
    );
    await settle();
    const { askId } = collect(run).events.find(({ type }) => type === 'ask')!.data as { askId: string };
    await engine.runs.answer('run', askId, { value: `answer ${SECRET}`, by: SECRET });
    // Only the caller in this process gets what the agent returned.
    expect(await run.result).toEqual({ output: SECRET, answer: `answer ${SECRET}` });
    const shown = await everythingOf(engine, 'run', [observed, news]);
    expect(shown).not.toContain(SECRET);
    expect(shown).not.toContain(Buffer.from(SECRET).toString('hex'));
    const events = collect(run).events.map(({ data }) => JSON.stringify(data));
    const unmarked = events.filter(text => !text.includes(MARK));
    expect(unmarked.map(text => JSON.parse(text) as unknown)).toEqual([
      ...[{ status: 'waiting' }, { status: 'running' }],
    ]);
    expect(await engine.runs.get('run')).toMatchObject({
      ...{ labels: { [MARK]: MARK }, metadata: { [MARK]: `of metadata ${MARK}` }, input: { key: MARK } },
      output: { output: MARK, answer: `answer ${MARK}` },
    });
  });

  it.each<[string, (secret: string) => never]>([
    [
      'message',
      secret => {
        throw new Error(`no ${secret}`);
      },
    ],
    [
      'type',
      secret => {
        throw Object.assign(new Error('no'), { name: secret });
      },
    ],
    [
      'long message',
      secret => {
        throw new Error(`${'x'.repeat(16_380)}${secret}`);
      },
    ],
    [
      'text that was thrown',
      secret => {
        // eslint-disable-next-line @typescript-eslint/only-throw-error -- agents throw anything
        throw secret;
      },
    ],
  ])('does not show in the %s of an error', async (_, fail) => {
    const engine = createEngine({ secrets: { KEY: SECRET } });
    const run = await engine.start(() => fail(SECRET), { id: 'run' });
    await codeOf(() => run.result);
    const shown = await everythingOf(engine, 'run', []);
    expect(shown.includes(SECRET.slice(0, 4))).toBe(false);
  });

  it('does not show in the reason of a cancel', async () => {
    const engine = createEngine({ secrets: { KEY: SECRET } });
    const writer = await engine.open({ id: 'run' });
    await writer.cancel(`because ${SECRET}`);
    expect(await everythingOf(engine, 'run', [])).not.toContain(SECRET);
    expect((await engine.runs.get('run')).reason).toBe(`because ${MARK}`);
  });

  it('that is learned while a run goes is masked from then on', async () => {
    const engine = createEngine();
    const writer = await engine.open({ id: 'run' });
    writer.token(SECRET);
    engine.secrets.add('KEY', SECRET);
    writer.token(SECRET);
    await writer.complete(SECRET);
    const contents = collect(writer.run).events.map(({ data }) => JSON.stringify(data));
    expect(contents.filter(text => text.includes(SECRET))).toHaveLength(1);
  });
});

describe('an output', () => {
  it('that does not match its schema ends the run as BAD_OUTPUT', async () => {
    const engine = createEngine();
    const agent = defineAgent({
      name: 'a',
      output: z.object({ n: z.number() }),
      run: () => ({ n: 'x' }) as never,
    });
    const run = await engine.start(agent);
    const seen = collect(run);
    expect(await codeOf(() => run.result)).toBe('RUN_FAILED');
    expect(seen.events.at(-1)).toMatchObject({ type: 'error', data: { code: 'BAD_OUTPUT' }, final: true });
    expect((await engine.runs.get(run.id)).error?.code).toBe('BAD_OUTPUT');
  });

  it('is what its schema makes of it', async () => {
    const engine = createEngine();
    const output = z.object({ n: z.number().default(7) });
    const run = await engine.start(defineAgent({ name: 'a', output, run: () => ({}) as never }));
    expect([await run.result, collect(run).events.at(-1)!.data]).toMatchObject([
      { n: 7 },
      { output: { n: 7 } },
    ]);
  });

  it.each<[string, unknown]>([
    ['a function', () => 1],
    ['a cycle', cyclic()],
    ['a bigint', 1n],
  ])('of %s ends the run as BAD_OUTPUT', async (_, output) => {
    const engine = createEngine();
    const run = await engine.start(() => output);
    expect(await codeOf(() => run.result)).toBe('RUN_FAILED');
    expect((await engine.events.latest(run.id))!.data).toMatchObject({ code: 'BAD_OUTPUT' });
  });

  it('over the limit is cut in the event, and whole for the caller', async () => {
    const engine = createEngine({ limits: { eventBytes: 1_024 } });
    const run = await engine.start(() => 'x'.repeat(5_000));
    expect((await run.result).length).toBe(5_000);
    expect((await engine.events.latest(run.id))!.data).toMatchObject({
      output: { truncated: true, bytes: 5_002 },
    });
  });

  it('that never was, since the agent threw, is an event and then completion', async () => {
    const engine = createEngine();
    const run = await engine.start(() => {
      throw new RangeError('no');
    });
    const seen = collect(run);
    expect(await codeOf(() => run.result)).toBe('RUN_FAILED');
    expect([seen.error, seen.completed, seen.events.at(-1)!.data]).toEqual([
      ...[
        undefined,
        true,
        { code: 'AGENT_ERROR', message: 'no', errorType: 'RangeError', recoverable: false },
      ],
    ]);
  });
});

function cyclic(): object {
  const data: { self?: object } = {};
  data.self = data;
  return data;
}
