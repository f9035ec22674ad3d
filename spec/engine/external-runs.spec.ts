import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { exportFiles } from '../../src/backends/file/export-files.ts';
import { fileBackend } from '../../src/backends/file/file-backend.ts';
import { verifyFiles } from '../../src/backends/file/verify-files.ts';
import { createEngine } from '../../src/engine/create-engine.ts';
import type { Engine } from '../../src/engine/engine.ts';
import type { RunEvent } from '../../src/event/run-event.ts';
import type { AppendEvent } from '../../src/run/appender.ts';
import { ManualClock } from '../../src/testing/manual-clock.ts';
import { codeOf } from '../support/code-of.ts';
import { settle, until } from '../support/settle.ts';

const token = (content: string, key?: string): AppendEvent => ({
  ...{ type: 'token', data: { content } },
  ...(key !== undefined && { key }),
});
const end = (key: string): AppendEvent => ({ type: 'complete', data: { output: 'done' }, key });

/** Asks again until it is so, and lets time pass meanwhile. */
async function eventually(isSo: () => Promise<boolean>, clock?: ManualClock): Promise<void> {
  for (let asked = 0; !(await isSo()); asked++) {
    if (asked > 2_000) throw new Error('it did not come true');
    clock?.advance(100);
    await settle();
  }
}

describe('runs of producers outside, over restarts', () => {
  let root: string;
  let dir: string;
  const engines: Engine[] = [];
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'sluice-external-'));
    dir = join(root, '0');
  });
  afterEach(async () => {
    await Promise.all(engines.splice(0).map(engine => engine.close()));
    rmSync(root, { recursive: true });
  });

  async function open(clock?: ManualClock, secrets: Readonly<Record<string, string>> = {}): Promise<Engine> {
    const backend = await fileBackend({ dir, ...(clock && { clock }) });
    const engine = createEngine({ backend, grace: 100, secrets, ...(clock && { clock }) });
    engines.push(engine);
    await engine.ready;
    return engine;
  }

  /** What a process finds after the one before was killed now. */
  function kill(): void {
    const next = join(root, String(engines.length));
    cpSync(dir, next, { recursive: true });
    dir = next;
  }

  async function said(engine: Engine, id: string): Promise<string[]> {
    const { items } = await engine.events.search(id, { limit: 1_000 });
    return (items as RunEvent[]).map(event => (event.type === 'token' ? event.data.content : event.type));
  }

  it('go on, and know the keys of what was appended before', async () => {
    const first = await open();
    const { id } = await first.open({ id: 'r' });
    const keyed = [token('a', '1'), token('b "quoted"', '2'), { ...token('c', '3'), metadata: { n: 1 } }];
    const told = await first.append(id, keyed);
    kill();
    const second = await open();
    expect(await second.append(id, [...keyed, token('d', '4')])).toMatchObject({
      accepted: 4,
      first: 2,
      last: 5,
    });
    expect(await second.append(id, keyed)).toMatchObject({ ...told, cursor: told.cursor });
    kill();
    const third = await open();
    expect(await third.append(id, [token('d', '4'), end('5')])).toMatchObject({
      accepted: 2,
      first: 5,
      last: 6,
    });
    expect(await said(third, id)).toEqual(['started', 'a', 'b "quoted"', 'c', 'd', 'complete']);
    expect(await third.runs.get(id)).toMatchObject({ status: 'completed', output: 'done' });
  });

  it('answer a batch again whose end was stored before the process was killed', async () => {
    const first = await open();
    const { id } = await first.open({ id: 'r' });
    const batch = [token('a', '1'), end('2')];
    const told = await first.append(id, batch);
    kill();
    const second = await open();
    expect(await second.append(id, batch)).toEqual(told);
    expect(await codeOf(() => second.append(id, [end('3')]))).toBe('RUN_ENDED');
    expect(await codeOf(() => second.append(id, []))).toBe('RUN_ENDED');
    expect(await said(second, id)).toEqual(['started', 'a', 'complete']);
  });

  it('show their keys to nobody, and keep no key as it was said', async () => {
    const engine = await open();
    const { id } = await engine.open({ id: 'r' });
    const key = 'order-4711-"type":"x"';
    await engine.append(id, [token('a', key), end('last')]);
    kill();
    const other = await open();
    const { items } = await other.events.searchEntries(id);
    const lines = items.map(item => ('line' in item ? item.line : ''));
    expect(lines[1]).toMatch(/^\{"key":"[\w-]{16}","runId":"r"/);
    expect(lines.join()).not.toContain('4711');
    const events = (await other.events.search(id)).items as RunEvent[];
    for (const event of events) expect(Object.keys(event)).not.toContain('key');
    expect((await other.events.search(id, { query: '"key"' })).items).toEqual([]);
    expect(events.map(({ type }) => type)).toEqual(['started', 'token', 'complete']);
    await other.close();
    const exported: string[] = [];
    for await (const line of exportFiles(dir)) exported.push(line);
    expect(exported.map(line => JSON.parse(line) as unknown)).toEqual(events);
    for await (const found of verifyFiles(dir)) expect(found).not.toHaveProperty('fault');
  });

  it('end as PRODUCER_SILENT if nobody comes back, not earlier', async () => {
    const clock = new ManualClock();
    const first = await open(clock);
    await first.open({ id: 'mute', idle: 60_000 });
    await first.open({ id: 'usual' });
    await eventually(async () => (await first.events.tip('usual')).seq > 0);
    kill();
    const second = await open(clock);
    clock.advance(59_000);
    expect((await second.runs.get('mute')).status).toBe('running');
    clock.advance(2_000);
    await eventually(async () => (await second.runs.get('mute')).status === 'failed', clock);
    expect((await second.runs.get('mute')).error).toMatchObject({ code: 'PRODUCER_SILENT' });
    expect((await second.runs.get('usual')).status).toBe('running');
    clock.advance(300_000);
    await eventually(async () => (await second.runs.get('usual')).status === 'failed', clock);
  });

  it('may not work longer than they were allowed to, all processes together', async () => {
    const clock = new ManualClock();
    const first = await open(clock);
    const { id } = await first.open({ id: 'r', maxDuration: 60_000 });
    clock.advance(40_000);
    await first.append(id, [token('a', '1')]);
    kill();
    const second = await open(clock);
    await second.append(id, [token('b', '2')]);
    clock.advance(21_000);
    await settle();
    clock.advance(1_000);
    await eventually(async () => (await second.runs.get(id)).status === 'failed');
    expect((await second.runs.get(id)).error).toMatchObject({ code: 'MAX_DURATION' });
  });

  it('mask a secret of which one half came before the restart', async () => {
    const secret = ['hunter', '2-of', '-the-house'].join('');
    const first = await open(undefined, { HOUSE: secret });
    const { id } = await first.open({ id: 'r' });
    const batch = [token('it is ', '1'), token(secret.slice(0, 9), '2')];
    const { accepted } = await first.append(id, batch);
    expect(accepted).toBe(1);
    kill();
    const second = await open(undefined, { HOUSE: secret });
    await second.append(id, [...batch.slice(accepted), token(secret.slice(9), '3'), end('4')]);
    const text = (await said(second, id)).join('');
    expect(text).not.toContain(secret.slice(0, 9));
    expect(text).not.toContain(secret.slice(9));
    expect(text).toContain('it is ');
  });

  it('stay open when an engine is closed, unless their producer was in it', async () => {
    const first = await open();
    await first.open({ id: 'elsewhere' });
    await first.append('elsewhere', [token('a', '1')]);
    const here = await first.open({ id: 'here' });
    here.token('x');
    const report = await first.close();
    expect(report.ended).toBe(1);
    const second = await open();
    expect((await second.runs.get('here')).status).toBe('cancelled');
    expect((await second.runs.get('elsewhere')).status).toBe('running');
    await second.append('elsewhere', [token('a', '1'), end('2')]);
    expect(await said(second, 'elsewhere')).toEqual(['started', 'a', 'complete']);
  });

  it('tell readers of a closed engine that it was closed', async () => {
    const engine = await open();
    const { run } = await engine.open({ id: 'r' });
    let error: unknown;
    run.subscribe({ error: (thrown: unknown) => (error = thrown) });
    await engine.close();
    await until(() => error !== undefined, 'the error');
    expect(error).toMatchObject({ code: 'ENGINE_CLOSED' });
  });
});
