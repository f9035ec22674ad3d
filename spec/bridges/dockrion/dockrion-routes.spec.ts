import { describe, expect, it } from '@jest/globals';
import { dockrion } from '../../../src/bridges/dockrion/dockrion.ts';
import { createEngine } from '../../../src/engine/create-engine.ts';
import { createHandler } from '../../../src/http/create-handler.ts';
import { serveHttp } from '../../../src/http/serve-http.ts';
import type { RunContext } from '../../../src/run/context.ts';
import { ManualClock } from '../../../src/testing/manual-clock.ts';
import { posted } from '../../http/adapters.ts';
import { servedEngine } from '../../http/served-agents.ts';
import { settle, until } from '../../support/settle.ts';
import { bridgeLab, dataOf, openStream } from '../bridge-lab.ts';

const names = (frames: readonly { readonly event?: string }[]) => frames.map(({ event }) => event);

describe('a client of Dockrion', () => {
  const lab = bridgeLab(() => servedEngine({ grace: 1_000 }), dockrion({ agent: 'greet' }));

  it('invokes, and gets the output', async () => {
    const { status, body } = await lab.json('/dockrion/invoke', posted({ to: 'you' }));
    expect([status, body]).toEqual([
      200,
      {
        success: true,
        output: { said: 'Hello', input: { to: 'you' } },
        metadata: { agent: 'greet', framework: 'custom', latency_seconds: expect.any(Number) },
      },
    ]);
  });

  it('streams a run on the connection that started it (pattern A), to its output', async () => {
    const answer = await lab.fetch('/dockrion/invoke/stream', posted({ to: 'you' }));
    expect(answer.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
    const text = await answer.text();
    expect(text.match(/^event: .*$/gm)).toEqual([
      ...['event: started', 'event: token', 'event: token', 'event: complete'],
    ]);
    const last = text.trimEnd().split('\n\n').at(-1)!;
    expect(JSON.parse(/^data: (.*)$/m.exec(last)![1]!)).toMatchObject({
      ...{ type: 'complete', sequence: 4, output: { said: 'Hello', input: { to: 'you' } }, metadata: {} },
    });
  });

  it('starts a run, sees it, and reads all of it later (pattern B)', async () => {
    const created = await lab.json('/dockrion/runs?run_id=run-1', posted({ n: 1 }));
    expect(created).toEqual({
      status: 202,
      body: {
        run_id: 'run-1',
        status: 'accepted',
        events_url: '/dockrion/runs/run-1/events',
        created_at: expect.stringMatching(/^\d{4}-.*Z$/),
      },
    });
    const frames = await (await lab.stream('/dockrion/runs/run-1/events')).ended();
    expect(names(frames)).toEqual(['started', 'token', 'token', 'complete']);
    expect(dataOf(frames).map(({ type, run_id, sequence }) => [type, run_id, sequence])).toEqual(
      ['started', 'token', 'token', 'complete'].map((type, at) => [type, 'run-1', at + 1]),
    );
    expect((await lab.json('/dockrion/runs/run-1')).body).toEqual({
      run_id: 'run-1',
      status: 'completed',
      created_at: expect.any(String),
      completed_at: expect.any(String),
      output: { said: 'Hello', input: { n: 1 } },
      error: null,
      metadata: { agent: 'greet' },
    });
  });

  it('resumes from a sequence, which is the first it gets, and from Last-Event-ID exactly behind it', async () => {
    await lab.json('/dockrion/runs?run_id=run-1', posted({}));
    const read = async (query: string, headers?: Record<string, string>): Promise<unknown[]> =>
      dataOf(await (await lab.stream(`/dockrion/runs/run-1/events${query}`, headers)).ended()).map(
        ({ sequence }) => sequence,
      );
    expect(await read('?from_sequence=0')).toEqual([1, 2, 3, 4]);
    expect(await read('?from_sequence=1')).toEqual([1, 2, 3, 4]);
    expect(await read('?from_sequence=3')).toEqual([3, 4]);
    const frames = await (await lab.stream('/dockrion/runs/run-1/events')).ended();
    expect(await read('?from_sequence=1', { 'last-event-id': frames[1]!.id! })).toEqual([3, 4]);
    const past = await lab.stream('/dockrion/runs/run-1/events', { 'last-event-id': frames[3]!.id! });
    expect(past.status).toBe(204);
    expect(frames.map(({ id, data }) => id === (JSON.parse(data!) as { id: string }).id)).toEqual(
      Array.from({ length: 4 }, () => true),
    );
  });

  it('is told when the sequence it asks for is of another life', async () => {
    await lab.json('/dockrion/runs?run_id=run-1', posted({}));
    const frames = await (await lab.stream('/dockrion/runs/run-1/events?from_sequence=99')).ended();
    expect(names(frames)).toEqual(['reset', 'started', 'token', 'token', 'complete']);
    expect(frames[0]).not.toHaveProperty('id');
    expect(dataOf(frames)[0]).toEqual({ type: 'reset', run_id: 'run-1', reason: 'future' });
  });

  it.each(['x', '-1', '1.5', '', ' 1', '99999999999999999'])(
    'is refused with from_sequence=%j before a stream starts',
    async text => {
      await lab.json('/dockrion/runs?run_id=run-1', posted({}));
      const { status, body } = await lab.json(
        `/dockrion/runs/run-1/events?from_sequence=${encodeURIComponent(text)}`,
      );
      expect([status, body]).toEqual([
        400,
        {
          code: 'VALIDATION_ERROR',
          error: `from_sequence: expected a whole number from 0 on, got ${JSON.stringify(text)}.`,
        },
      ]);
    },
  );

  it('has its refusals in its own words', async () => {
    const said = async (path: string, init?: RequestInit): Promise<unknown> => {
      const { status, body } = await lab.json(path, init);
      expect(Object.keys(body as object)).toEqual(['error', 'code']);
      return [status, (body as { code: string }).code];
    };
    await lab.json('/dockrion/runs?run_id=run-1', posted({}));
    await (await lab.stream('/dockrion/runs/run-1/events')).ended();
    expect(await said('/dockrion/runs/nobody')).toEqual([404, 'NOT_FOUND']);
    expect(await said('/dockrion/runs/nobody/events')).toEqual([404, 'NOT_FOUND']);
    expect(await said('/dockrion/runs/nobody', { method: 'DELETE' })).toEqual([404, 'NOT_FOUND']);
    expect(await said('/dockrion/runs/run-1', { method: 'DELETE' })).toEqual([400, 'VALIDATION_ERROR']);
    expect(await said('/dockrion/runs?run_id=run-1', posted({}))).toEqual([400, 'VALIDATION_ERROR']);
    expect(await said('/dockrion/runs?run_id=..', posted({}))).toEqual([400, 'VALIDATION_ERROR']);
    expect(await said('/dockrion/runs/run-1/events?timeout=0')).toEqual([400, 'VALIDATION_ERROR']);
    expect(await said('/dockrion/runs?agent=none', posted({}))).toEqual([404, 'NOT_FOUND']);
    expect(await said('/dockrion/runs?agent=strict', posted({ n: 'x' }))).toEqual([400, 'VALIDATION_ERROR']);
    const broken = { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{' };
    expect(await said('/dockrion/runs', broken)).toEqual([400, 'VALIDATION_ERROR']);
    expect(await said('/dockrion/invoke?agent=fail', posted({}))).toEqual([500, 'AGENT_ERROR']);
  });

  it('cancels a run for good, and everybody who watches sees the one end', async () => {
    const tidy = async (ctx: RunContext): Promise<void> => {
      await new Promise(resolve => ctx.signal.addEventListener('abort', resolve));
      for (let turn = 0; turn < 3; turn++) await settle();
    };
    await lab.engine.start(tidy, { id: 'slow' });
    const watching = await lab.stream('/dockrion/runs/slow/events');
    await watching.reach(1);
    const cancelled = await lab.json('/dockrion/runs/slow?reason=enough', { method: 'DELETE' });
    expect(cancelled).toEqual({ status: 200, body: { run_id: 'slow', status: 'cancelled' } });
    const frames = await watching.ended();
    expect(names(frames)).toEqual(['started', 'cancelled']);
    expect(dataOf(frames)[1]).toMatchObject({ type: 'cancelled', reason: 'enough' });
    expect(await lab.json('/dockrion/runs/slow', { method: 'DELETE' })).toEqual(cancelled);
    expect((await lab.json('/dockrion/runs/slow')).body).toMatchObject({ status: 'cancelled' });
  });

  it('sees nothing of another tenant', async () => {
    const writer = await lab.engine.open({ id: 'theirs', tenantId: 'other' });
    for (const [path, method] of [
      ['/dockrion/runs/theirs', 'GET'],
      ['/dockrion/runs/theirs/events', 'GET'],
      ['/dockrion/runs/theirs', 'DELETE'],
    ] as const) {
      const theirs = await lab.json(path, { method });
      const nobodys = await lab.json(path.replace('theirs', 'nobody'), { method });
      expect(theirs.status).toBe(404);
      expect(JSON.stringify(theirs).replaceAll('theirs', 'nobody')).toEqual(JSON.stringify(nobodys));
    }
    expect(writer.cancelRequested).toBe(false);
  });

  it('frees what it held when it leaves, and stops nothing', async () => {
    await lab.json('/dockrion/runs?run_id=slow&agent=wait', posted({}));
    const watching = await lab.stream('/dockrion/runs/slow/events');
    await watching.reach(1);
    expect(lab.server.streams).toBe(1);
    watching.cut();
    await until(() => lab.server.streams === 0, 'the end of the stream');
    expect((await lab.json('/dockrion/runs/slow')).body).toMatchObject({ status: 'running' });
  });

  it('shares a server with those who speak to Sluice itself', async () => {
    await lab.json('/dockrion/runs?run_id=run-1', posted({}));
    const own = await (await lab.stream('/runs/run-1/events')).ended();
    expect(dataOf(own)[3]).toMatchObject({ seq: 4, type: 'complete', final: true });
    expect((await lab.fetch('/dockrion/agents')).status).toBe(404);
  });
});

describe('a bridge to Dockrion', () => {
  it('records and shows what its events allow', async () => {
    const engine = servedEngine();
    const server = await serveHttp({
      ...{ engine, port: 0, heartbeat: 60_000 },
      bridges: [dockrion({ agent: 'greet', events: 'minimal' })],
    });
    const answer = await fetch(`${server.url}/dockrion/invoke/stream`, posted({}));
    expect((await answer.text()).match(/^event: .*$/gm)).toEqual(['event: started', 'event: complete']);
    const writer = await engine.open({ id: 'open' });
    writer.token('unseen');
    await writer.complete();
    const frames = await (await openStream(`${server.url}/dockrion/runs/open/events`)).ended();
    expect(names(frames)).toEqual(['started', 'complete']);
    await engine.close({ whenEnded: () => server.close() });
  });

  it.each([
    ['chat', 'event: heartbeat\n', true],
    ['minimal', ': heartbeat\n', false],
  ])('fills silence as %s has it, with the place to resume from', async (events, sign, isEvent) => {
    const clock = new ManualClock();
    const engine = createEngine({ grace: 0 });
    const server = await serveHttp({
      ...{ engine, port: 0, clock, heartbeat: 1_000 },
      bridges: [dockrion({ events, clock })],
    });
    const writer = await engine.open({ id: 'r' });
    const stream = await openStream(`${server.url}/dockrion/runs/r/events`);
    await stream.reach(1);
    writer.progress('left out', 0.5);
    await writer.drained();
    await settle();
    clock.advance(2_000);
    await until(() => stream.text().includes(sign), 'a sign of life');
    expect(stream.text()).toMatch(new RegExp(`${sign}(data: .*\\n|\\n)?id: ${writer.run.cursor}\\n`));
    expect(stream.text().includes('event: heartbeat')).toBe(isEvent);
    await engine.close({ whenEnded: () => server.close() });
  });

  it('tells a gap, which no filter hides', async () => {
    const engine = createEngine({ limits: { keptEvents: 64 } });
    const server = await serveHttp({ engine, port: 0, bridges: [dockrion({ events: 'minimal' })] });
    const writer = await engine.open({ id: 'r' });
    for (let n = 0; n < 200; n++) writer.token(`${n}`);
    await writer.complete();
    const frames = await (await openStream(`${server.url}/dockrion/runs/r/events`)).ended();
    expect(names(frames)).toEqual(['gap', 'complete']);
    const [gap, complete] = dataOf(frames);
    expect(gap).toMatchObject({ type: 'gap', run_id: 'r', reason: 'trimmed', from_sequence: 1 });
    expect(gap!['to_sequence']).toBeLessThan(Number(complete!['sequence']));
    await engine.close({ whenEnded: () => server.close() });
  });

  it('may stand at the root, and asks which agent it serves', async () => {
    const engine = servedEngine();
    const handler = createHandler(engine, { bridges: [dockrion({ at: '' })], basePath: '/api' });
    const ask = (path: string, init?: RequestInit) =>
      handler(new Request(`http://localhost/api${path}`, init));
    const refused = (await (await ask('/runs', posted({}))).json()) as { error: string };
    expect(refused.error).toContain('Add ?agent=<name>');
    const created = (await (await ask('/runs?agent=greet&run_id=r', posted({}))).json()) as object;
    expect(created).toMatchObject({ events_url: '/api/runs/r/events' });
    expect(await (await ask('/runs/r/events')).text()).toContain('"run_id":"r"');
    expect((await ask('/agents')).status).toBe(200);
    await engine.close();
  });

  it('refuses what cannot be', () => {
    expect(() => dockrion({ at: 'x/' })).toThrow(expect.objectContaining({ code: 'BAD_OPTION' }));
    expect(() => dockrion({ events: 'loud' })).toThrow(expect.objectContaining({ code: 'BAD_FILTER' }));
    const twice = { bridges: [dockrion(), dockrion()] };
    expect(() => createHandler(createEngine(), twice)).toThrow(/both answer \/dockrion\/invoke/);
  });
});
