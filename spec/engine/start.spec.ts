import { describe, expect, it } from '@jest/globals';
import * as z from 'zod';
import { createEngine } from '../../src/engine/create-engine.ts';
import { defineAgent } from '../../src/engine/define-agent.ts';
import { ManualClock } from '../../src/testing/manual-clock.ts';
import { codeOf, thrownBy } from '../support/code-of.ts';
import { broken, collect } from '../support/collect.ts';
import { settle } from '../support/settle.ts';
import { Floodgate, slowBackend } from '../support/slow-backend.ts';

const anything = (value: unknown) => value as never;

describe('engine.start', () => {
  it('has an engine that says so if its backend was not waited for', () => {
    for (const backend of [Promise.resolve({}), null, {}, 'file']) {
      expect(thrownBy(() => createEngine({ backend: anything(backend) }))).toBe('BAD_OPTION');
    }
  });

  it('has an engine that leaves no option out without a word', () => {
    for (const options of [
      null,
      5,
      { tll: 1_000 },
      { heartbeat: 1 },
      { limits: { event: 1 } },
      { limits: null },
    ]) {
      expect(thrownBy(() => createEngine(anything(options)))).toBe('BAD_OPTION');
    }
    expect(() => createEngine(anything({ limits: { mailbox: { size: 1 } } }))).toThrow(
      'limits.mailbox: there is no option "size". Options: events, bytes.',
    );
  });

  it('works without any option', async () => {
    const engine = createEngine();
    const run = await engine.start(async ctx => {
      ctx.token('Hello');
      return 'done';
    });
    const seen = collect(run);
    expect(await run.result).toBe('done');
    expect([broken(seen), seen.types]).toEqual([undefined, ['started', 'token', 'complete']]);
    expect(seen.events[0]!.id.split('.')).toEqual([expect.stringMatching(/^[a-z0-9]{1,24}$/), '1', '0']);
    expect([run.status, run.tenantId, run.cursor]).toEqual(['completed', 'default', seen.events[2]!.id]);
    expect(await engine.close()).toEqual({ ended: 0, handedOver: 0, forced: 0, dropped: 0, unfinished: [] });
  });

  it('waits for nothing that the agent does, and never calls it inside the call', async () => {
    const engine = createEngine();
    let called = false;
    const starting = engine.start(() => {
      called = true;
      return new Promise<number>(() => undefined);
    });
    expect(called).toBe(false);
    const run = await starting;
    expect(run.status).toBe('running');
  });

  it('starts an agent, its name, or just work', async () => {
    const echo = defineAgent({
      ...{ name: 'echo', framework: 'none', input: z.object({ text: z.string() }), output: z.string() },
      run: (_, input) => input.text,
    });
    const engine = createEngine({ agents: [echo] });
    const input = { text: 'x' };
    const runs = [
      await engine.start(echo, { input }),
      await engine.start<{ text: string }>('echo', { input }),
      await engine.start<{ text: string }>(ctx => ctx.input.text, { input }),
    ];
    expect(await Promise.all(runs.map(run => run.result))).toEqual(['x', 'x', 'x']);
    const births = runs.map(run => collect(run).events[0]!.data);
    expect(births).toEqual([
      { agent: 'echo', framework: 'none', input },
      { agent: 'echo', framework: 'none', input },
      { input },
    ]);
    expect([engine.agents, (await engine.runs.get(runs[0]!.id)).agent]).toEqual([['echo'], 'echo']);
  });

  it('tells agents whose run it is', async () => {
    const engine = createEngine();
    const options = { id: 'r', tenantId: 't', threadId: 'th', labels: { a: 'b' }, metadata: { m: { n: 1 } } };
    const run = await engine.start(ctx => {
      const { runId, tenantId, threadId, labels, metadata } = ctx;
      (labels as Record<string, string>)['a'] = 'changed';
      (metadata as { m: { n: number } }).m.n = 2;
      return { runId, tenantId, threadId };
    }, options);
    expect(await run.result).toEqual({ runId: 'r', tenantId: 't', threadId: 'th' });
    // Neither the caller nor the record shares an object with the agent.
    expect([options.labels, options.metadata]).toEqual([{ a: 'b' }, { m: { n: 1 } }]);
    expect(await engine.runs.get('r', { tenantId: 't' })).toMatchObject({
      ...{ labels: { a: 'b' }, metadata: { m: { n: 1 } }, threadId: 'th', status: 'completed' },
    });
  });

  it('keeps copies of input, so that nobody changes what was recorded', async () => {
    const engine = createEngine();
    const input = { list: [1] };
    const run = await engine.start<typeof input>(ctx => ctx.input.list.push(2), { input });
    await run.result;
    input.list.push(3);
    expect(collect(run).events[0]!.data).toEqual({ input: { list: [1] } });
    expect((await engine.runs.get(run.id)).input).toEqual({ list: [1] });
  });

  const counting = defineAgent({ name: 'count', input: z.object({ to: z.int() }), run: () => 1 });

  it.each<[string, unknown, object, string]>([
    ['an agent that is unknown', 'nobody', {}, 'UNKNOWN_AGENT'],
    ['no agent', undefined, {}, 'BAD_OPTION'],
    ['nothing', null, {}, 'BAD_OPTION'],
    ['an agent without work', { name: 'x' }, {}, 'BAD_OPTION'],
    ['an agent without a name', { run: () => 1 }, {}, 'BAD_OPTION'],
    ['input of another shape', counting, { input: { to: 'x' } }, 'BAD_INPUT'],
    ['no input where some is needed', counting, {}, 'BAD_INPUT'],
    ['input that is no JSON', () => 1, { input: { f: () => 1 } }, 'BAD_INPUT'],
    ['input with a cycle', () => 1, { input: cyclic() }, 'BAD_INPUT'],
    ['input with __proto__', () => 1, { input: JSON.parse('{"__proto__":{"a":1}}') }, 'BAD_INPUT'],
    ['input over the limit', () => 1, { input: 'x'.repeat(300_000) }, 'BAD_INPUT'],
    ['an id with a path', () => 1, { id: '../etc/passwd' }, 'BAD_ID'],
    ['an id with a control character', () => 1, { id: 'a\u0000b' }, 'BAD_ID'],
    ['an id that is too long', () => 1, { id: 'x'.repeat(129) }, 'BAD_ID'],
    ['an id that is no text', () => 1, { id: 5 }, 'BAD_ID'],
    ['an empty id', () => 1, { id: '' }, 'BAD_ID'],
    ['a tenant with a slash', () => 1, { tenantId: 'a/b' }, 'BAD_ID'],
    ['a thread with a line break', () => 1, { threadId: 'a\n' }, 'BAD_ID'],
    ['an option that is none', () => 1, { labels: {}, maxduration: 5 }, 'BAD_OPTION'],
    ['options that are none', () => 1, 'x' as never, 'BAD_OPTION'],
    ['labels that are none', () => 1, { labels: { a: 5 } }, 'BAD_OPTION'],
    ['metadata that is no object', () => 1, { metadata: 'text' }, 'BAD_OPTION'],
    ['metadata in a list', () => 1, { metadata: [] }, 'BAD_OPTION'],
    ['metadata that is no JSON', () => 1, { metadata: { f: () => 1 } }, 'BAD_OPTION'],
    ['metadata over the limit', () => 1, { metadata: { text: 'x'.repeat(300_000) } }, 'BAD_OPTION'],
    ['a filter name that is unknown', () => 1, { record: 'tokens' }, 'BAD_FILTER'],
    ['a filter of nothing', () => 1, { record: [] }, 'BAD_FILTER'],
    ['a ttl below its range', () => 1, { ttl: 10 }, 'BAD_OPTION'],
    ['a ttl that is no number', () => 1, { ttl: '1h' }, 'BAD_OPTION'],
    ['a maxDuration of 0', () => 1, { maxDuration: 0 }, 'BAD_OPTION'],
    ['an idle of NaN', () => 1, { idle: Number.NaN }, 'BAD_OPTION'],
    ['an idempotency key that is empty', () => 1, { idempotencyKey: '' }, 'BAD_OPTION'],
    ['an idempotency key that is too long', () => 1, { idempotencyKey: 'x'.repeat(257) }, 'BAD_OPTION'],
  ])('refuses %s, and makes nothing', async (_, agent, options, code) => {
    const engine = createEngine();
    expect(await codeOf(() => engine.start(anything(agent), anything(options)))).toBe(code);
    expect([engine.stats.liveRuns, (await engine.runs.list()).runs]).toEqual([0, []]);
  });

  it('takes input of many small values, which estimates make larger than it is', async () => {
    const engine = createEngine();
    const input = new Array<number>(60_000).fill(1);
    const run = await engine.start<number[]>(ctx => ctx.input.length, { input });
    expect(await run.result).toBe(60_000);
  });

  it('refuses a second run of one id, but not of one id in another tenant', async () => {
    const engine = createEngine();
    await engine.start(() => 1, { id: 'x' });
    expect(await codeOf(() => engine.start(() => 1, { id: 'x' }))).toBe('RUN_EXISTS');
    expect((await engine.start(() => 1, { id: 'x', tenantId: 'other' })).tenantId).toBe('other');
  });

  it('takes no more runs than its limit, also where the directory is slow', async () => {
    const gate = new Floodgate();
    const engine = createEngine({ backend: slowBackend({ directory: gate.pace }), limits: { liveRuns: 2 } });
    const work = () => new Promise(() => undefined);
    const starts = [0, 1, 2, 3].map(() => codeOf(() => engine.start(work)));
    gate.open();
    expect((await Promise.all(starts)).sort()).toEqual([
      ...['TOO_MANY_RUNS', 'TOO_MANY_RUNS'],
      ...['nothing thrown', 'nothing thrown'],
    ]);
    expect(engine.stats.liveRuns).toBe(2);
  });

  it('takes none after it was closed, and cancels those that were on their way', async () => {
    const gate = new Floodgate();
    const engine = createEngine({ backend: slowBackend({ directory: gate.pace }) });
    const starting = engine.start(ctx => {
      if (ctx.signal.aborted) throw ctx.signal.reason;
      return 'worked';
    });
    const closing = engine.close();
    expect(await codeOf(() => engine.start(() => 1))).toBe('ENGINE_CLOSED');
    expect(await codeOf(() => engine.open())).toBe('ENGINE_CLOSED');
    gate.open();
    const run = await starting;
    expect(await codeOf(() => run.result)).toBe('RUN_CANCELLED');
    expect(await closing).toEqual({ ended: 1, handedOver: 0, forced: 0, dropped: 0, unfinished: [] });
  });

  it('rejects where the directory fails, and makes nothing', async () => {
    const engine = createEngine({
      backend: slowBackend({ directory: () => Promise.reject(new Error('disk')) }),
    });
    expect(await codeOf(() => engine.start(() => 1))).toBe('STORAGE_LOST');
    expect(engine.stats.liveRuns).toBe(0);
  });

  it.each<[string, object]>([
    ['window', { window: 0 }],
    ['window', { window: 1.5 }],
    ['window', { window: 2_000 }],
    ['ttl', { ttl: 1 }],
    ['grace', { grace: -1 }],
    ['idle', { idle: 0 }],
    ['maxDuration', { maxDuration: 'long' }],
    ['limits.eventBytes', { limits: { eventBytes: 10 } }],
    ['limits.keptEvents', { limits: { keptEvents: 1 } }],
    ['limits.keptBytes', { limits: { keptBytes: 1 } }],
    ['limits.mailbox.events', { limits: { mailbox: { events: 0 } } }],
    ['limits.mailbox.bytes', { limits: { mailbox: { bytes: 1 } } }],
    ['limits.liveRuns', { limits: { liveRuns: 0 } }],
    [
      'two agents are named',
      {
        agents: [
          { name: 'a', run: () => 1 },
          { name: 'a', run: () => 2 },
        ],
      },
    ],
    ['agent: name', { agents: [{ name: '1', run: () => 1 }] }],
    ['run: expected', { agents: [{ name: 'a' }] }],
    ['secrets', { secrets: { KEY: 'abc' } }],
    ['observe', { observers: ['x'] }],
  ])('refuses options out of their range, naming %s', (name, options) => {
    let message = '';
    expect(
      thrownBy(() => {
        try {
          createEngine(anything(options));
        } catch (error) {
          ({ message } = error as Error);
          throw error;
        }
      }),
    ).toBe('BAD_OPTION');
    expect(message).toContain(name);
  });

  it.each([
    ['without a name', { name: '', run: () => 1 }],
    ['with a path for a name', { name: '../x', run: () => 1 }],
    ['without work', { name: 'x' }],
  ])('refuses agents %s', (_, agent) => {
    expect(thrownBy(() => defineAgent(anything(agent)))).toBe('BAD_OPTION');
  });
});

describe('an idempotency key', () => {
  const work = async () => 'done';
  const base = { idempotencyKey: 'k', input: { a: 1, b: [{ c: 1, d: 2 }] }, labels: { x: '1', y: '2' } };

  it('gives the same run for the same request, in whatever order its members stand', async () => {
    const engine = createEngine();
    const first = await engine.start(anything(work), base);
    const again = await engine.start(anything(work), {
      ...{ labels: { y: '2', x: '1' }, tenantId: 'default' },
      ...{ input: { b: [{ d: 2, c: 1 }], a: 1 }, idempotencyKey: 'k' },
    });
    expect(again.id).toBe(first.id);
    expect((await engine.runs.list()).runs).toHaveLength(1);
  });

  it.each<[string, object]>([
    ['input', { input: { a: 2 } }],
    ['labels', { labels: {} }],
    ['ttl', { ttl: 60_000 }],
    ['thread', { threadId: 't' }],
    ['id', { id: 'mine' }],
    ['record', { record: 'chat' }],
  ])('with another %s is refused', async (_, change) => {
    const engine = createEngine();
    await engine.start(anything(work), base);
    expect(await codeOf(() => engine.start(anything(work), { ...base, ...change }))).toBe(
      'IDEMPOTENCY_CONFLICT',
    );
  });

  it('with another agent, or none, is refused', async () => {
    const engine = createEngine({ agents: [defineAgent({ name: 'a', run: work })] });
    await engine.start(anything(work), { idempotencyKey: 'k' });
    expect(await codeOf(() => engine.start('a', { idempotencyKey: 'k' }))).toBe('IDEMPOTENCY_CONFLICT');
    expect(await codeOf(() => engine.open({ idempotencyKey: 'k' }))).toBe('IDEMPOTENCY_CONFLICT');
  });

  it('belongs to its tenant', async () => {
    const engine = createEngine();
    const first = await engine.start(anything(work), { idempotencyKey: 'k' });
    const other = await engine.start(anything(work), { idempotencyKey: 'k', tenantId: 'other' });
    expect(other.id).not.toBe(first.id);
  });

  it('gives a run that lives: its status, its events, its masked result', async () => {
    const engine = createEngine({ secrets: { KEY: 'hunter22' } });
    let finish!: (output: string) => void;
    const agent = anything(() => new Promise(resolve => (finish = resolve)));
    const first = await engine.start(agent, { idempotencyKey: 'k' });
    await settle();
    const again = await engine.start(agent, { idempotencyKey: 'k' });
    const seen = collect(again);
    const pulled: unknown[] = [];
    const pulling = (async () => {
      for await (const item of again) pulled.push(item);
    })();
    expect([again.id, again.tenantId, again.status, again.cursor]).toEqual([
      ...[first.id, first.tenantId, 'running', first.cursor],
    ]);
    finish('my hunter22');
    expect([await first.result, await again.result]).toEqual(['my hunter22', 'my <secret:KEY>']);
    await pulling;
    expect([again.status, again.cursor, broken(seen), pulled.length]).toEqual([
      'completed',
      first.cursor,
      undefined,
      2,
    ]);
    expect(await codeOf(() => again.cancel())).toBe('RUN_ENDED');
  });

  it('gives a run that has ended: its cursor, its events, its masked result', async () => {
    const engine = createEngine({ secrets: { KEY: 'hunter22' } });
    const agent = anything(async () => 'my hunter22');
    const first = await engine.start(agent, { idempotencyKey: 'k' });
    await first.result;
    const again = await engine.start(agent, { idempotencyKey: 'k' });
    expect([again.status, again.cursor, await again.result]).toEqual([
      ...['completed', first.cursor, 'my <secret:KEY>'],
    ]);
    expect(broken(collect(again))).toBeUndefined();
    expect(await codeOf(() => again.cancel())).toBe('RUN_ENDED');
  });

  it.each<[string, () => unknown, string]>([
    [
      'failed',
      () => {
        throw new Error('no');
      },
      'RUN_FAILED',
    ],
  ])('gives a run that %s; its result rejects, and nobody must listen', async (_, agent, code) => {
    const engine = createEngine();
    const first = await engine.start(anything(agent), { idempotencyKey: 'k' });
    await codeOf(() => first.result);
    const again = await engine.start(anything(agent), { idempotencyKey: 'k' });
    void again.result;
    await settle();
    expect(await codeOf(() => again.result)).toBe(code);
  });

  it('of a run that goes while it is read tells that it is gone', async () => {
    const clock = new ManualClock();
    const engine = createEngine({ clock });
    const first = await engine.start(anything(work), { idempotencyKey: 'k' });
    await first.result;
    const again = await engine.start(anything(work), { idempotencyKey: 'k' });
    await engine.runs.delete(first.id);
    expect(await codeOf(() => again.result)).toBe('RUN_NOT_FOUND');
    const third = await engine.start(anything(work), { idempotencyKey: 'k' });
    expect(third.id).not.toBe(first.id);
  });
});

function cyclic(): object {
  const data: { self?: object } = {};
  data.self = data;
  return data;
}
