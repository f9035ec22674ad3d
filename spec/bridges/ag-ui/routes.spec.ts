import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { agUi } from '../../../src/bridges/ag-ui/index.ts';
import { createEngine } from '../../../src/engine/create-engine.ts';
import type { Engine } from '../../../src/engine/engine.ts';
import type { RunContext } from '../../../src/run/context.ts';
import type { Principal } from '../../../src/http/auth/principal.ts';
import { serveHttp, type HttpServer } from '../../../src/http/serve-http.ts';
import { posted } from '../../http/adapters.ts';
import { until, untilAsked } from '../../support/settle.ts';
import { bridgeLab, dataOf, openStream } from '../bridge-lab.ts';
import { agentAt, agUiEngine, say } from './ag-ui-lab.ts';

const INPUT = {
  ...{ threadId: 'thread-1', runId: 'run-1', state: {}, tools: [], context: [], forwardedProps: {} },
  messages: [{ id: 'm1', role: 'user', content: 'hello' }],
};

describe('the address of AG-UI', () => {
  const lab = bridgeLab(() => agUiEngine(), agUi());

  it.each([
    ['no thread', { ...INPUT, threadId: undefined }, 'threadId'],
    ['a run that cannot be', { ...INPUT, runId: '../etc' }, 'runId'],
    ['no messages', { ...INPUT, messages: 'hello' }, 'messages'],
    [
      'an interrupt that cannot be',
      { ...INPUT, resume: [{ interruptId: 'x', status: 'resolved' }] },
      'interruptId',
    ],
  ])('refuses %s with a problem of Sluice', async (_, body, name) => {
    const answer = await lab.fetch('/agui?agent=chat', posted(body));
    expect(answer.status).toBe(400);
    expect(answer.headers.get('content-type')).toBe('application/problem+json');
    expect(await answer.json()).toMatchObject({
      ...{ type: 'urn:sluice:error:BAD_REQUEST', code: 'BAD_REQUEST' },
      detail: expect.stringContaining(name),
    });
  });

  it('refuses an agent that it does not know, and a cursor that cannot be', async () => {
    expect((await lab.json('/agui?agent=nobody', posted(INPUT))).status).toBe(404);
    expect((await lab.json('/agui', posted(INPUT))).body).toMatchObject({ code: 'BAD_REQUEST' });
    await (await lab.fetch('/agui?agent=chat', posted(INPUT))).text();
    const bad = await lab.json('/agui/run-1', { headers: { 'last-event-id': 'what?' } });
    expect(bad).toMatchObject({ status: 400, body: { code: 'BAD_CURSOR' } });
  });

  it('gives a client that sends the same again its run, and refuses another under its id', async () => {
    const first = await (await lab.fetch('/agui?agent=chat', posted(INPUT))).text();
    const again = await lab.fetch('/agui?agent=chat', posted(INPUT));
    expect([again.status, again.headers.get('location')]).toEqual([200, '/agui/run-1']);
    const events = (text: string) => text.match(/^data: .*$/gm);
    expect(events(await again.text())).toEqual(events(first));
    const other = await lab.json(
      '/agui?agent=chat',
      posted({ ...INPUT, messages: [{ id: 'm1', role: 'user', content: 'other' }] }),
    );
    expect(other.status).toBe(422);
  });

  it('lets a run go on when its client leaves, and lets it be rejoined while it lives', async () => {
    const client = agentAt(lab.server.url, 'waiting');
    let isSaid = false;
    const saying = say(client, { runId: 'run-1' }, { onTextMessageContentEvent: () => void (isSaid = true) });
    await until(() => isSaid);
    client.abortRun();
    await saying;
    const stream = await lab.stream('/agui/run-1', { 'last-event-id': '3' });
    // What was open is open again.
    expect(dataOf(await stream.reach(3)).map(({ type }) => type)).toEqual([
      ...['RUN_STARTED', 'STEP_STARTED', 'TEXT_MESSAGE_START'],
    ]);
    expect((await lab.engine.runs.get('run-1')).status).toBe('running');
    expect((await lab.json('/agui/run-1/cancel', { method: 'POST' })).status).toBe(202);
    expect(dataOf(await stream.ended()).slice(-3)).toMatchObject([
      ...[{ type: 'TEXT_MESSAGE_END' }, { type: 'STEP_FINISHED' }],
      { type: 'RUN_FINISHED', outcome: { type: 'cancelled' } },
    ]);
  });

  it('tells a client with a cursor of another life that all it saw is void, and then all', async () => {
    await (await lab.fetch('/agui?agent=chat', posted(INPUT))).text();
    const stream = await lab.stream('/agui/run-1', { 'last-event-id': 'elsewhere.3.0' });
    const told = dataOf(await stream.ended());
    expect(told.slice(0, 3)).toMatchObject([
      { type: 'RUN_STARTED' },
      { type: 'CUSTOM', name: 'sluice.reset', value: { reason: 'epoch' } },
      { type: 'MESSAGES_SNAPSHOT' },
    ]);
    expect(told.at(-1)).toMatchObject({ type: 'RUN_FINISHED' });
  });

  it('takes the same answer twice, and an answer that does not match leaves the question open', async () => {
    const client = agentAt(lab.server.url, 'asking');
    await say(client, { runId: 'run-1' });
    const interruptId = client.pendingInterrupts[0]!.id;
    const resume = (runId: string, entry: object) =>
      posted({ ...INPUT, runId, resume: [{ interruptId, status: 'resolved', ...entry }] });
    const bad = await lab.json('/agui', resume('run-2', { payload: 'maybe' }));
    expect(bad).toMatchObject({ status: 400, body: { code: 'BAD_ANSWER' } });
    const good = await (await lab.fetch('/agui', resume('run-3', { payload: true }))).text();
    const again = await (await lab.fetch('/agui', resume('run-3', { payload: true }))).text();
    expect(again.match(/^data: .*$/gm)).toEqual(good.match(/^data: .*$/gm));
    const elsewhere = posted({
      ...INPUT,
      threadId: 'thread-2',
      resume: [{ interruptId, status: 'resolved' }],
    });
    expect((await lab.json('/agui', elsewhere)).status).toBe(404);
    const answers = await lab.engine.events.search('run-1', { filter: 'minimal' });
    expect(answers.items.filter(item => 'type' in item && item.type === 'answer')).toHaveLength(1);
  });

  it('cancels a run whose question was dismissed', async () => {
    const client = agentAt(lab.server.url, 'asking');
    await say(client, { runId: 'run-1' });
    const [interrupt] = client.pendingInterrupts;
    const { events } = await say(client, { resume: [{ interruptId: interrupt!.id, status: 'cancelled' }] });
    expect(events.at(-1)).toMatchObject({ type: 'RUN_FINISHED', outcome: { type: 'cancelled' } });
  });

  it('ends a stream at a question that is open, and goes on behind one that was answered elsewhere', async () => {
    const client = agentAt(lab.server.url, 'asking');
    await say(client, { runId: 'run-1' });
    const open = dataOf(await (await lab.stream('/agui/run-1')).ended());
    expect(open.at(-1)).toMatchObject({ type: 'RUN_FINISHED', outcome: { type: 'interrupt' } });
    const { askId } = (client.pendingInterrupts[0]!.metadata as { sluice: { askId: string } }).sluice;
    await lab.engine.runs.answer('run-1', askId, { value: false });
    const whole = dataOf(await (await lab.stream('/agui/run-1')).ended());
    expect(whole.at(-1)).toMatchObject({ type: 'RUN_FINISHED', outcome: { type: 'success' }, result: false });
    expect(whole.filter(({ type }) => type === 'RUN_STARTED')).toHaveLength(2);
  });
});

describe('a run that asks more than once', () => {
  const lab = bridgeLab(() => agUiEngine(), agUi());

  it('is told up to the question that is open', async () => {
    const client = agentAt(lab.server.url, 'curious');
    await say(client, { runId: 'run-1' });
    const { askId } = (client.pendingInterrupts[0]!.metadata as { sluice: { askId: string } }).sluice;
    await lab.engine.runs.answer('run-1', askId, { value: 'Ann' });
    const told = dataOf(await (await lab.stream('/agui/run-1')).ended());
    const ends = told.filter(({ type }) => type === 'RUN_FINISHED');
    expect(ends).toMatchObject([
      { outcome: { interrupts: [{ message: 'Who?' }] } },
      { outcome: { interrupts: [{ message: 'Why?' }] } },
    ]);
  });
});

describe('a run whose client shall not leave', () => {
  const lab = bridgeLab(() => agUiEngine(), agUi({ agent: 'waiting', onDisconnect: 'cancel' }));

  it('is cancelled when it does', async () => {
    const controller = new AbortController();
    const answer = await lab.fetch('/agui', { ...posted(INPUT), signal: controller.signal });
    await answer.body!.getReader().read();
    controller.abort();
    await untilAsked(async () => (await lab.engine.runs.get('run-1')).status === 'cancelled', 'the end');
  });
});

describe('what a client of AG-UI may see', () => {
  const canary = ['sk', 'live', 'A1b2C3d4E5f6G7h8'].join('-');
  let engine: Engine;
  let server: HttpServer;
  beforeEach(async () => {
    const leak = {
      name: 'leak',
      async run(ctx: RunContext) {
        for (const piece of canary.match(/.{1,5}/g)!) ctx.token(piece);
        await ctx.tool(`use-${canary}`, { [canary]: [canary] }, () => ({ key: canary }));
        void ctx.emit('custom:note', { text: `it is ${canary}` });
        throw new Error(`refused ${canary}`);
      },
    };
    engine = createEngine({ agents: [leak], secrets: { values: { KEY: canary } } });
    const WHO: Readonly<Record<string, Principal>> = {
      ann: { subject: 'ann', tenantId: 'a', scopes: ['read', 'write', 'cancel'] },
      bob: { subject: 'bob', tenantId: 'b', scopes: ['read', 'write', 'cancel'] },
    };
    server = await serveHttp({
      ...{ engine, port: 0, bridges: [agUi()] },
      authorize: ({ header }) => WHO[header('authorization') ?? ''],
    });
  });
  afterEach(() => engine.close({ whenEnded: () => server.close() }));

  const as = (who: string) => ({ authorization: who });

  it('is no secret, whole or in pieces, in whatever kind of event', async () => {
    const answer = await fetch(`${server.url}/agui`, posted(INPUT, as('ann')));
    const text = await answer.text();
    expect(text).toContain('RUN_ERROR');
    expect(text).not.toContain(canary);
    const deltas = dataOf((await (await openStream(`${server.url}/agui/run-1`, as('ann'))).ended()) as never)
      .map(({ delta }) => delta ?? '')
      .join('');
    expect(deltas).not.toContain(canary.slice(3));
    const refused = await fetch(
      `${server.url}/agui`,
      posted({ ...INPUT, threadId: `x ${canary}` }, as('ann')),
    );
    expect(await refused.text()).not.toContain(canary);
  });

  it('is nothing of another tenant', async () => {
    await (await fetch(`${server.url}/agui`, posted(INPUT, as('ann')))).text();
    for (const [method, path] of [
      ['GET', '/agui/run-1'],
      ['DELETE', '/agui/run-1'],
      ['POST', '/agui/run-1/cancel'],
    ] as const) {
      const foreign = await fetch(server.url + path, { method, headers: as('bob') });
      const absent = await fetch(server.url + path.replace('run-1', 'run-0'), { method, headers: as('bob') });
      expect([foreign.status, (await foreign.text()).replace('run-1', 'run-0')]).toEqual([
        404,
        await absent.text(),
      ]);
    }
    // The same id in another tenant is another run.
    const own = await (await fetch(`${server.url}/agui`, posted(INPUT, as('bob')))).text();
    expect(own).toContain('RUN_ERROR');
    expect((await engine.runs.list({ tenantId: 'b' })).runs).toHaveLength(1);
  });
});
