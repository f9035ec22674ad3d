import { describe, expect, it } from '@jest/globals';
import { createEngine } from '../../src/engine/create-engine.ts';
import type { Engine } from '../../src/engine/engine.ts';
import { isSluiceError } from '../../src/errors/sluice-error.ts';
import type { RunEvent } from '../../src/event/run-event.ts';
import type { AppendEvent } from '../../src/run/appender.ts';
import { ManualClock } from '../../src/testing/manual-clock.ts';
import { codeOf } from '../support/code-of.ts';
import { broken, collect } from '../support/collect.ts';
import { settle } from '../support/settle.ts';
import { Floodgate, slowBackend } from '../support/slow-backend.ts';

const token = (content: string, key?: string): AppendEvent => ({
  ...{ type: 'token', data: { content } },
  ...(key !== undefined && { key }),
});
const end = (data: AppendEvent['data'] = {}, key?: string): AppendEvent => ({
  ...{ type: 'complete', data },
  ...(key !== undefined && { key }),
});

async function said(engine: Engine, runId: string): Promise<string[]> {
  const { items } = await engine.events.search(runId);
  return (items as RunEvent[]).map(event => (event.type === 'token' ? event.data.content : event.type));
}

describe('engine.append', () => {
  it('writes a batch in its order, through the engine and the writer alike', async () => {
    const engine = createEngine();
    const writer = await engine.open();
    const seen = collect(writer.run);
    const first = await engine.append(writer.id, [token('a', '1'), token('b', '2')]);
    expect(first).toEqual({
      ...{ accepted: 2, first: 2, last: 3, cursor: writer.run.cursor, cancelRequested: false },
    });
    expect(await writer.append([token('b', '2'), token('c', '3')])).toMatchObject({
      ...{ accepted: 2, first: 3, last: 4 },
    });
    await writer.append([end()]);
    expect([broken(seen), await said(engine, writer.id)]).toEqual([
      ...[undefined, ['started', 'a', 'b', 'c', 'complete']],
    ]);
  });

  it('takes one event for two of a batch that have the same key', async () => {
    const engine = createEngine();
    const { id } = await engine.open();
    const answer = await engine.append(id, [token('a', 'k'), token('a', 'k'), token('b')]);
    expect(answer).toMatchObject({ accepted: 3, first: 2, last: 3 });
    expect(await said(engine, id)).toEqual(['started', 'a', 'b']);
  });

  it('answers a batch that is repeated while the first is under way like the first', async () => {
    const gate = new Floodgate();
    const engine = createEngine({ backend: slowBackend({ append: gate.pace }) });
    const { id } = await engine.open();
    const batch = [token('a', '1'), token('b', '2')];
    const answers = [engine.append(id, batch), engine.append(id, batch)];
    gate.open();
    const [first, second] = await Promise.all(answers);
    expect(first).toMatchObject({ accepted: 2, first: 2, last: 3 });
    expect(second).toEqual(first);
    expect(await said(engine, id)).toEqual(['started', 'a', 'b']);
  });

  it('begins no batch that has no room, and takes it when there is some', async () => {
    const gate = new Floodgate();
    const backend = slowBackend({ append: gate.pace });
    const engine = createEngine({ backend, limits: { mailbox: { events: 4 } } });
    const writer = await engine.open();
    for (const text of ['1', '2', '3']) writer.step(text);
    const batch = [token('a', 'a'), token('b', 'b')];
    expect(await codeOf(() => writer.append(batch))).toBe('MAILBOX_FULL');
    gate.open();
    await writer.drained();
    expect(await said(engine, writer.id)).toEqual(['started', 'step', 'step', 'step']);
    expect(await writer.append(batch)).toMatchObject({ accepted: 2, first: 5, last: 6 });
    const five = Array.from({ length: 5 }, () => token('x'));
    expect([engine.largestBatch, await codeOf(() => writer.append(five))]).toEqual([4, 'BAD_OPTION']);
  });

  it('ends the run as the producer says, with everything it says', async () => {
    const clock = new ManualClock();
    const engine = createEngine({ clock });
    const writer = await engine.open();
    clock.advance(1_500);
    const data = { output: { pages: 3 }, summary: 'read', usage: { inputTokens: 7 }, own: [1] };
    await writer.append([{ ...end(data), node: 'plan/a', metadata: { trace: 't' } }]);
    expect(await engine.events.latest(writer.id)).toMatchObject({
      ...{ type: 'complete', final: true, node: 'plan/a', metadata: { trace: 't' } },
      data: { ...data, durationMs: 1_500 },
    });
    expect([await writer.run.result, writer.run.status]).toEqual([{ pages: 3 }, 'completed']);
    expect(await engine.runs.get(writer.id)).toMatchObject({ output: { pages: 3 } });
  });

  it('tells nobody a secret that a failed producer says', async () => {
    const secret = ['s3', 'cr', 'et-value'].join('');
    const engine = createEngine({ secrets: { KEY: secret } });
    const writer = await engine.open();
    const error = (recoverable: boolean): AppendEvent => ({
      ...{ type: 'error', data: { code: 'HTTP_401', message: `no: ${secret}`, recoverable } },
    });
    await writer.append([error(true), error(false)]);
    const failure = await writer.run.result.then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    expect(isSluiceError(failure, 'RUN_FAILED') && failure.details).toEqual({ code: 'HTTP_401' });
    const { items } = await engine.events.search(writer.id);
    expect(items).toHaveLength(3);
    for (const told of [JSON.stringify(items), String(failure)]) {
      expect(told).not.toContain(secret);
      expect(told).toContain('<secret:KEY>');
    }
  });

  it('lets what has a key overtake text that waits for what follows, once', async () => {
    const secret = ['hunter', '2-of', '-the-house'].join('');
    const cut = [token('it is ', '1'), token(secret.slice(0, 9), '2')];
    const step = (key?: string): AppendEvent => ({
      type: 'step',
      data: { name: 'look', number: 1 },
      ...(key && { key }),
    });
    const rest = [token(`${secret.slice(9)}.`, '4'), end({}, '5')];
    const engine = createEngine({ secrets: { HOUSE: secret } });
    const [keyed, bare] = [await engine.open(), await engine.open()];
    expect(await keyed.append([...cut, step('3')])).toMatchObject({ accepted: 1, last: 2 });
    expect(await said(engine, keyed.id)).toEqual(['started', 'it is ', 'step']);
    expect(await keyed.append([cut[1]!, step('3'), ...rest])).toMatchObject({ accepted: 4, first: 3 });
    expect(await said(engine, keyed.id)).toEqual([
      'started',
      'it is ',
      'step',
      '<secret:HOUSE>.',
      'complete',
    ]);
    expect(await bare.append([...cut, step()])).toMatchObject({ accepted: 1, last: 2 });
    expect(await said(engine, bare.id)).toEqual(['started', 'it is ']);
    await bare.append([cut[1]!, step(), ...rest]);
    expect(await said(engine, bare.id)).toEqual(['started', 'it is ', 'step', '<secret:HOUSE>.', 'complete']);
  });

  it('records whatever end comes after a cancel as cancelled', async () => {
    const engine = createEngine();
    const [asked, own] = [await engine.open(), await engine.open()];
    await engine.runs.cancel(asked.id, { reason: 'enough' });
    expect(await asked.append([token('cleaning')])).toMatchObject({ accepted: 1, cancelRequested: true });
    expect(await asked.append([end({ output: 1 }, 'end')])).toMatchObject({ cancelRequested: true });
    expect(await asked.append([end({ output: 1 }, 'end')])).toMatchObject({ cancelRequested: true });
    await own.append([{ type: 'cancelled', data: { reason: 'no need' } }]);
    const ends = [await engine.events.latest(asked.id), await engine.events.latest(own.id)];
    expect(ends.map(event => [event!.type, event!.data])).toEqual([
      ...[['cancelled', { reason: 'enough' }]],
      ...[['cancelled', { reason: 'no need' }]],
    ]);
    expect(await codeOf(() => own.run.result)).toBe('RUN_CANCELLED');
  });

  it('counts what the run leaves out, and remembers it', async () => {
    const engine = createEngine();
    const writer = await engine.open({ record: 'minimal' });
    for (let time = 0; time < 2; time++) {
      expect(await writer.append([token('a', 'a'), token('b')])).toEqual({
        ...{ accepted: 2, cursor: writer.run.cursor, cancelRequested: false },
      });
    }
  });

  it('hears an empty batch as a sign of life', async () => {
    const clock = new ManualClock();
    const engine = createEngine({ clock, grace: 0 });
    const writer = await engine.open({ idle: 60_000 });
    for (let time = 0; time < 5; time++) {
      clock.advance(50_000);
      expect(await writer.append([])).toMatchObject({ accepted: 0 });
    }
    clock.advance(130_000);
    await settle();
    expect(await engine.events.latest(writer.id)).toMatchObject({ data: { code: 'PRODUCER_SILENT' } });
    expect(await codeOf(() => writer.append([]))).toBe('RUN_ENDED');
  });

  it('accepts less where a subscriber ends the run in the middle of a batch', async () => {
    const engine = createEngine();
    const writer = await engine.open();
    collect(writer.run, item => {
      if ('type' in item && item.type === 'token') void writer.complete();
    });
    expect(await writer.append([token('a'), token('b'), end()])).toMatchObject({ accepted: 1, last: 2 });
    expect(await said(engine, writer.id)).toEqual(['started', 'a', 'complete']);
  });

  it('says when the storage is lost', async () => {
    let isLost = false;
    const backend = slowBackend({ append: work => (isLost ? Promise.reject(new Error('disk')) : work()) });
    const writer = await createEngine({ backend, storageTimeout: 0 }).open();
    isLost = true;
    expect(await codeOf(() => writer.append([token('a', 'a')]))).toBe('STORAGE_LOST');
    expect(await codeOf(() => writer.append([token('a', 'a')]))).toBe('RUN_ENDED');
  });

  it('knows runs of its producers alone, and of their tenant', async () => {
    const engine = createEngine();
    const run = await engine.start(ctx => ctx.ask('?'));
    expect(await codeOf(() => engine.append(run.id, [token('a')]))).toBe('RUN_HAS_AGENT');
    await run.cancel();
    expect(await codeOf(() => engine.append(run.id, [token('a')]))).toBe('RUN_ENDED');
    const { id } = await engine.open({ tenantId: 'acme' });
    for (const append of [
      () => engine.append(id, [token('a')]),
      () => engine.append(id, [token('a')], { tenantId: 'other' }),
      () => engine.append('nobody', [token('a')]),
      () => engine.append('no id at all', [token('a')]),
    ]) {
      expect(await codeOf(append)).toBe('RUN_NOT_FOUND');
    }
    expect(await engine.append(id, [token('a')], { tenantId: 'acme' })).toMatchObject({ accepted: 1 });
  });
});

describe('engine.append, after the end', () => {
  it('answers a repeated batch like the first time, and refuses what is new, for five minutes', async () => {
    const clock = new ManualClock();
    const engine = createEngine({ clock });
    const { id } = await engine.open();
    const last = [token('a', 'a'), end({}, 'end')];
    const answer = await engine.append(id, last);
    clock.advance(4 * 60_000);
    expect(await engine.append(id, last)).toEqual(answer);
    expect(await codeOf(() => engine.append(id, [...last, token('b', 'b')]))).toBe('RUN_ENDED');
    expect(await codeOf(() => engine.append(id, [token('a')]))).toBe('RUN_ENDED');
    clock.advance(2 * 60_000);
    expect(await codeOf(() => engine.append(id, last))).toBe('RUN_ENDED');
    expect(engine.stats.deadlines).toBe(0);
  });

  it('answers nothing of a run that was erased, or of the one before with the same id', async () => {
    const engine = createEngine();
    const batch = [token('a', 'a'), end({}, 'end')];
    await (await engine.open({ id: 'x' })).append(batch);
    await engine.runs.delete('x');
    expect(await codeOf(() => engine.append('x', batch))).toBe('RUN_NOT_FOUND');
    await engine.open({ id: 'x' });
    expect(await engine.append('x', batch)).toMatchObject({ accepted: 2, first: 2 });
    expect(await said(engine, 'x')).toEqual(['started', 'a', 'complete']);
    await engine.runs.delete('x');
    await (
      await engine.start(() => 1, { id: 'x' })
    ).result;
    expect(await codeOf(() => engine.append('x', batch))).toBe('RUN_ENDED');
  });

  it('holds nothing of runs whose producers use no keys', async () => {
    const engine = createEngine();
    for (let time = 0; time < 20; time++) await (await engine.open()).append([token('a'), end()]);
    await settle();
    expect(engine.stats).toMatchObject({ deadlines: 0, liveRuns: 0 });
  });
});
