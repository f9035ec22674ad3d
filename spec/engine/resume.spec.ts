import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import * as z from 'zod';
import { fileBackend } from '../../src/backends/file/file-backend.ts';
import { createEngine } from '../../src/engine/create-engine.ts';
import { defineAgent } from '../../src/engine/define-agent.ts';
import type { Engine } from '../../src/engine/engine.ts';
import type { RunEvent } from '../../src/event/run-event.ts';
import { codeOf } from '../support/code-of.ts';
import { until } from '../support/settle.ts';

/** Counts to `to`, saves each number, and stops for ever at `stopAt`. */
const counter = (stopAt: number) =>
  defineAgent({
    name: 'counter',
    input: z.object({ to: z.number() }),
    run: (ctx, { to }) => count(ctx, 1, to, stopAt),
    resume: (ctx, checkpoint) => count(ctx, ((checkpoint?.data ?? 0) as number) + 1, ctx.input.to, stopAt),
  });

interface Counting {
  token(text: string): void;
  checkpoint(name: string, data: number): Promise<unknown>;
}

async function count(ctx: Counting, from: number, to: number, stopAt: number): Promise<string> {
  for (let n = from; n <= to; n++) {
    if (n === stopAt) await new Promise(() => undefined);
    ctx.token(`${n}`);
    await ctx.checkpoint('at', n);
  }
  return `${to}`;
}

/** Asks again until it is so; a fault ends at the deadline of the spec. */
async function eventually(isSo: () => Promise<boolean>): Promise<void> {
  while (!(await isSo())) await new Promise(resolve => setImmediate(resolve));
}

describe('runs that a process left behind', () => {
  let root: string;
  let dir: string;
  const engines: Engine[] = [];
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'sluice-resume-'));
    dir = join(root, '0');
  });
  afterEach(async () => {
    await Promise.all(engines.splice(0).map(engine => engine.close()));
    rmSync(root, { recursive: true });
  });

  async function engineAt(folder: string, stopAt = Infinity): Promise<Engine> {
    const engine = createEngine({
      backend: await fileBackend({ dir: folder }),
      agents: [counter(stopAt), defineAgent({ name: 'frail', run: () => new Promise(() => undefined) })],
      grace: 0,
    });
    engines.push(engine);
    return engine;
  }

  /** What a process finds after the one before was killed now. */
  function killed(): string {
    const next = join(root, String(engines.length));
    cpSync(dir, next, { recursive: true });
    return (dir = next);
  }

  async function eventsOf(engine: Engine, id: string): Promise<RunEvent[]> {
    const { items } = await engine.events.search(id, { limit: 1_000 });
    return items as RunEvent[];
  }

  it('go on from their checkpoint, under the same cursor line, as often as it takes', async () => {
    let engine = await engineAt(dir, 3);
    const options = {
      id: 'r',
      input: { to: 8 },
      record: ['token', 'checkpoint', 'status'],
      idempotencyKey: 'k',
    };
    await engine.start('counter', options);
    for (const stopAt of [3, 6, Infinity]) {
      const last = `${Math.min(stopAt - 1, 8)}`;
      const said = async (): Promise<boolean> =>
        (await eventsOf(engine, 'r')).some(event => event.type === 'token' && event.data.content === last);
      await eventually(said);
      if (stopAt === Infinity) break;
      engine = await engineAt(killed(), stopAt === 3 ? 6 : Infinity);
      await engine.ready;
    }
    const again = await engine.start<{ to: number }, string>('counter', options);
    expect(await again.result).toBe('8');
    const events = await eventsOf(engine, 'r');
    expect(events.map(({ seq }) => seq)).toEqual(events.map((_, at) => at + 1));
    const tokens = events.flatMap(event => (event.type === 'token' ? [event.data.content] : []));
    expect(tokens).toEqual(['1', '2', '3', '4', '5', '6', '7', '8']);
    expect(events.filter(({ type }) => type === 'status')).toMatchObject([
      { data: { status: 'running', phase: 'resumed' } },
      { data: { status: 'running', phase: 'resumed' } },
    ]);
    expect(events.filter(({ final }) => final)).toEqual([events.at(-1)]);
    expect(await engine.runs.get('r')).toMatchObject({ status: 'completed', output: '8' });
  });

  it('give live and late subscribers one stream over the change of hands', async () => {
    const first = await engineAt(dir, 3);
    const run = await first.start('counter', { id: 'r', input: { to: 5 } });
    await until(() => run.cursor.split('.')[1] === '5', 'five events');
    const cursor = run.cursor;
    const second = await engineAt(killed());
    await second.ready;
    const seqs: number[] = [];
    await new Promise<void>((resolve, reject) =>
      second.events('r', { after: cursor }).subscribe({
        next: item => void ('seq' in item && seqs.push(item.seq)),
        error: reject,
        complete: resolve,
      }),
    );
    expect(seqs).toEqual([6, 7, 8, 9, 10, 11, 12, 13]);
  });

  it('go on in the next process as well when the one before closed in good order', async () => {
    const first = await engineAt(dir, 3);
    const run = await first.start('counter', { id: 'r', input: { to: 5 } });
    const frail = await first.start('frail', { id: 'frail' });
    await until(() => run.cursor.split('.')[1] === '5' && frail.status === 'running', 'five events');
    expect(await first.close()).toMatchObject({ ended: 1, handedOver: 1 });
    expect(await codeOf(() => run.result)).toBe('RUN_HANDED_OVER');
    expect(await codeOf(() => frail.result)).toBe('RUN_CANCELLED');
    const second = await engineAt(dir);
    await second.ready;
    await eventually(async () => (await second.runs.get('r')).status === 'completed');
    const events = await eventsOf(second, 'r');
    expect(events.map(({ seq }) => seq)).toEqual(events.map((_, at) => at + 1));
    const tokens = events.flatMap(event => (event.type === 'token' ? [event.data.content] : []));
    expect(tokens).toEqual(['1', '2', '3', '4', '5']);
    expect(events.filter(({ final }) => final)).toEqual([events.at(-1)]);
    expect(await second.runs.get('frail')).toMatchObject({ status: 'cancelled' });
  });

  it('can be cancelled by the process that goes on with them', async () => {
    const run = await (await engineAt(dir, 2)).start('counter', { id: 'r', input: { to: 5 } });
    await until(() => run.cursor.split('.')[1] === '3', 'three events');
    const engine = await engineAt(killed(), 3);
    await engine.ready;
    expect(await engine.runs.cancel('r', { reason: 'enough' })).toBe('requested');
    await eventually(async () => (await engine.runs.get('r')).status === 'cancelled');
    expect((await eventsOf(engine, 'r')).at(-1)).toMatchObject({
      type: 'cancelled',
      data: { reason: 'enough' },
    });
  });

  it('end as OWNER_LOST where the agent cannot go on, or is not there', async () => {
    const engine = await engineAt(dir);
    await engine.start('frail', { id: 'frail' });
    await engine.start(() => new Promise(() => undefined), { id: 'nameless' });
    await eventually(async () => (await engine.events.tip('nameless')).seq > 0);
    const next = await engineAt(killed());
    await next.ready;
    for (const id of ['frail', 'nameless']) {
      expect((await eventsOf(next, id)).at(-1)).toMatchObject({ final: true, data: { code: 'OWNER_LOST' } });
      expect(await next.runs.get(id)).toMatchObject({ status: 'failed', error: { code: 'OWNER_LOST' } });
    }
  });
});
