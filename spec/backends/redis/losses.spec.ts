import { afterAll, describe, expect, it } from '@jest/globals';
import { linesOf } from '../../../src/backends/redis/entry-text.ts';
import { parseCursor } from '../../../src/event/cursor.ts';
import { LawRun, recordOf, seen } from '../../../src/testing/backend-laws/law-run.ts';
import { until } from '../../support/settle.ts';
import { redisLab } from './redis-lab.ts';

const lab = await redisLab();
afterAll(() => lab.close());

const keyOf = (kind: string, run: LawRun): string => `${lab.prefix}:${kind}:{${run.key}}`;

describe('a Redis that lost what it had', () => {
  it.each(['FLUSHALL', 'a restart without persistence'])(
    'by %s says so to writers and readers',
    async how => {
      const backend = await lab.open({ poll: 100 });
      const run = await LawRun.create(backend, lab);
      const batch = await run.write('a');
      let isGone = false;
      backend.log.watch(run.key, () => {
        void Promise.resolve(run.read({ after: 1, epoch: run.record.epoch })).then(
          ({ result }) => (isGone ||= result === 'absent'),
          () => undefined,
        );
      });
      if (how === 'FLUSHALL') await lab.probe.flushall();
      else await lab.server.restart();
      await until(() => isGone);
      expect(await run.append(batch)).toEqual({ result: 'lost' });
      expect(await run.append(run.batch(['b']))).toEqual({ result: 'lost' });
      expect(await backend.directory.get(run.key)).toBeUndefined();
      // The same id may live again; a cursor of the life before is told so.
      const again = { ...run.record, epoch: 'again' };
      expect((await backend.directory.create(again)).result).toBe('created');
      expect(await run.read({ after: 1, epoch: run.record.epoch })).toEqual({
        result: 'reset',
        reason: 'epoch',
      });
      await backend.close();
    },
  );

  it('by eviction of a stream alone tells the gap, and goes on behind it', async () => {
    const backend = await lab.open();
    const run = await LawRun.create(backend, lab);
    await run.write('a', 'b');
    const { cursor } = run;
    await lab.probe.del(keyOf('s', run));
    const gap = { result: 'gap', from: 2, to: 2, cursor, reason: 'corrupt' };
    expect(await run.read({ after: 1 })).toEqual(gap);
    expect(await run.read({ reverse: true })).toMatchObject({
      result: 'gap',
      from: 1,
      to: 2,
      reason: 'corrupt',
    });
    await run.write('c');
    expect(await run.read()).toEqual({ ...gap, from: 1 });
    expect(seen((await run.page({ after: 2 })).entries)).toEqual(seen(run.written.slice(2)));
    await backend.close();
  });

  it.each([0, 1])(
    'and gave an entry back whose place was taken tells a gap there, with %i behind',
    async behindIt => {
      const backend = await lab.open();
      const run = await LawRun.create(backend, lab);
      await run.write('a');
      const other = run.batch(['the other']);
      await run.write('b');
      const { cursor } = run;
      // What a restart on a torn file does: the entry that was undone is there, and the head knows the later one.
      const stream = keyOf('s', run);
      const [[, fields]] = (await lab.probe.xrange(stream, 2, 2)) as [[string, string[]]];
      await lab.probe.xdel(stream, '2-0');
      await lab.probe.call('XSETID', stream, '1-0');
      await lab.probe.xadd(stream, '2-0', 'h', fields[1]!, 'd', linesOf(other.entries));
      if (behindIt) await run.write('c');
      expect(seen((await run.page()).entries)).toEqual(seen(run.written.slice(0, 1)));
      const { hash } = parseCursor(run.written[0]!.cursor);
      const gap = { result: 'gap', from: 2, to: 2, cursor, reason: 'corrupt' };
      expect(await run.read({ after: 1, epoch: run.record.epoch, hash })).toEqual(gap);
      const behind = { after: 2, epoch: run.record.epoch, hash: parseCursor(cursor).hash };
      expect(seen((await run.page(behind)).entries)).toEqual(seen(run.written.slice(2)));
      await backend.close();
    },
  );

  it('by eviction of a head alone has lost the run, and begins its next life with an empty log', async () => {
    const backend = await lab.open();
    const run = await LawRun.create(backend, lab);
    await run.write('a');
    await lab.probe.del(keyOf('m', run));
    expect(await run.read()).toEqual({ result: 'absent' });
    expect(await run.append(run.batch(['b']))).toEqual({ result: 'lost' });
    await backend.directory.create({ ...run.record, epoch: 'next' });
    expect(await run.page()).toMatchObject({ entries: [], tip: 0 });
    await backend.close();
  });
});

describe('what Redis keeps', () => {
  it('has a time to live on every key from the first write, and nothing left when all runs are gone', async () => {
    await lab.probe.flushall();
    const backend = await lab.open();
    const runs = [
      await LawRun.create(backend, lab, {}, { key: 'k {1}', fingerprint: 'f' }),
      await LawRun.create(backend, lab, { keep: { events: 3, bytes: 1_000 } }),
    ];
    for (const run of runs) {
      for (let count = 0; count < 12; count++) await run.write(`event ${count}`, 'and one');
      await backend.commands!.send(run.key, { command: 'cancel' }, 'c');
    }
    await backend.directory.update(runs[0]!.key, { status: 'waiting' });
    const keys = await lab.probe.keys('*');
    expect(keys.filter(key => !key.startsWith(`${lab.prefix}:`))).toEqual([]);
    expect(new Set(keys.map(key => key.split(':')[1]))).toEqual(
      new Set('m s b q d runs due key news lease instances owned inbox'.split(' ')),
    );
    for (const key of keys) expect([key, (await lab.probe.pttl(key)) > 0]).toEqual([key, true]);
    for (const run of runs) await backend.directory.delete(run.key);
    await backend.close();
    const left = (await lab.probe.keys('*')).map(key => key.split(':')[1]);
    // What is about instances, and the news: they expire by themselves.
    expect(left.filter(kind => !['news', 'instances', 'inbox'].includes(kind!))).toEqual([]);
    expect(
      String(await lab.probe.call('CLIENT', 'LIST'))
        .trim()
        .split('\n'),
    ).toHaveLength(1);
  });

  it('stays within its bounds for batches of any size, and knows the last batches that went', async () => {
    const backend = await lab.open();
    const keep = { events: 40, bytes: 6_000 };
    const run = await LawRun.create(backend, lab, { keep });
    for (let count = 1; count <= 120; count++) {
      const texts = Array.from({ length: 1 + (count % 5) }, (_, at) =>
        'x'.repeat((count * 37 + at * 101) % 900),
      );
      const batch = await run.write(...texts);
      if (count % 10 > 0) continue;
      const kept = await run.kept();
      expect(kept.length).toBeGreaterThan(0);
      expect(kept.length).toBeLessThanOrEqual(keep.events);
      expect(kept.length === 1 || kept.reduce((sum, { bytes }) => sum + bytes, 0)).toBeLessThanOrEqual(
        keep.bytes,
      );
      expect(seen(kept)).toEqual(seen(run.written.slice(-kept.length)));
      expect((await run.append(batch)).result).toBe('duplicate');
    }
    // One batch that is larger than all that may be kept.
    await run.write(...Array.from({ length: 30 }, () => 'y'.repeat(400)));
    const kept = await run.kept();
    expect(seen(kept)).toEqual(seen(run.written.slice(-kept.length)));
    expect(kept.reduce((sum, { bytes }) => sum + bytes, 0)).toBeLessThanOrEqual(keep.bytes);
    expect(Number(await lab.probe.xlen(keyOf('s', run)))).toBeLessThan(10);
    await backend.close();
  });

  it('knows the last 64 batches of a run that was trimmed', async () => {
    const backend = await lab.open();
    const run = await LawRun.create(backend, lab, { keep: { events: 5, bytes: 1e6 } });
    const batches = [];
    for (let count = 0; count < 80; count++) batches.push(await run.write(`event ${count}`));
    await backend.log.trim(run.key, 79);
    for (const batch of batches.slice(-64)) expect((await run.append(batch)).result).toBe('duplicate');
    expect((await run.append({ ...batches.at(-1)!, id: 'another' })).result).toBe('gap');
    await backend.close();
  });

  it('takes a reservation over whose run never came', async () => {
    const backend = await lab.open();
    const record = recordOf(lab);
    const place = `${lab.prefix}:key:${record.tenantId}/k`;
    // A run of that id is there, but came without the key.
    await backend.directory.create({ ...record, runId: 'never' });
    await lab.probe.hset(place, { r: 'never', f: 'other', n: 'dead', s: 'p', t: lab.clock.now() - 6_000 });
    expect(await backend.directory.create(record, { key: 'k', fingerprint: 'f' })).toMatchObject({
      result: 'created',
    });
    expect(
      await backend.directory.create(recordOf(lab, { tenantId: record.tenantId }), {
        key: 'k',
        fingerprint: 'f',
      }),
    ).toMatchObject({ result: 'repeated', record: { runId: record.runId } });
    await backend.close();
  });

  it('warns where Redis may drop keys', async () => {
    const told: string[] = [];
    const open = async (): Promise<void> =>
      (await lab.open({ onTrouble: ({ trouble }) => told.push(trouble) })).close();
    await open();
    expect(told).toEqual([]);
    await lab.probe.config('SET', 'maxmemory-policy', 'allkeys-lru');
    await open();
    expect(told).toEqual(['eviction']);
    await lab.probe.config('SET', 'maxmemory-policy', 'noeviction');
  });
});

describe('the options of redisBackend', () => {
  it.each([
    [{ url: 'redis://x', options: {} }, /exactly one of url, client and options/],
    [{ url: undefined }, /exactly one/],
    [{ url: 'http://user:secret@host' }, /redis:\/\/… or rediss:\/\/…, got "?http:\/\/…/],
    [{ prefix: 'a:b' }, /prefix/],
    [{ lease: 1 }, /lease: expected a number from 100 to 600000/],
    [{ sweep: Number.NaN }, /sweep/],
  ])('refuse %j', async (change, message) => {
    await expect(lab.open(change)).rejects.toMatchObject({
      code: 'BAD_OPTION',
      message: expect.stringMatching(message) as unknown,
    });
  });

  it('take a client, and leave it open', async () => {
    const client = lab.probe;
    const backend = await lab.open({ url: undefined, client });
    const run = await LawRun.create(backend, lab);
    await run.write('a');
    await backend.close();
    expect(await client.ping()).toBe('PONG');
  });
});
