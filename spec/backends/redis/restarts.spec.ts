import { readdirSync, statSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import { Redis } from 'ioredis';
import { redisBackend } from '../../../src/backends/redis/redis-backend.ts';
import type { RedisTrouble } from '../../../src/backends/redis/redis-options.ts';
import { createEngine } from '../../../src/engine/create-engine.ts';
import type { Engine } from '../../../src/engine/engine.ts';
import { codeOf } from '../../support/code-of.ts';
import { broken, collect, type Collected } from '../../support/collect.ts';
import { redisServer, type RedisServer } from '../../support/redis-server.ts';
import { until, untilAsked } from '../../support/settle.ts';

const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

async function serverOf(...options: string[]): Promise<RedisServer> {
  const server = await redisServer(...options);
  closers.push(() => server.close());
  return server;
}

async function engineOn(
  { url }: RedisServer,
  lease = 60_000,
  onTrouble: (trouble: RedisTrouble) => void = () => undefined,
): Promise<Engine> {
  const backend = await redisBackend({ url, poll: 200, lease, timeout: 2_000, onTrouble });
  const engine = createEngine({ backend, grace: 100, storageTimeout: 30_000 });
  closers.push(() => engine.close());
  await engine.ready;
  return engine;
}

const idsOf = ({ events }: Collected): string[] => events.map(({ id }) => id);
const told = ({ notices }: Collected): string[] =>
  notices.map(notice => notice.notice).filter(notice => notice !== 'degraded');

/** What a machine that went down had not written to its disk yet. */
function cutTail(dir: string): void {
  const place = join(dir, 'appendonlydir');
  const file = readdirSync(place).find(name => name.endsWith('.incr.aof'))!;
  const { size } = statSync(join(place, file));
  truncateSync(join(place, file), size - 4_000);
}

describe('a Redis that comes back', () => {
  it.each([
    ['with all it had', ['--appendfsync', 'always'], undefined],
    ['without its last moments', ['--appendfsync', 'everysec'], cutTail],
  ])('%s is gone on with by the run, and read alike everywhere', async (_, options, change) => {
    const server = await serverOf('--appendonly', 'yes', ...options);
    const [owner, other] = [await engineOn(server), await engineOn(server)];
    const run = await owner.open({ id: 'kept' });
    const readers = [owner, other].map(engine => collect(engine.events('kept')));
    for (let said = 2; said <= 40; said++) {
      run.token(`word ${said}`);
      await until(() => readers.every(({ events }) => events.length === said), 'each word');
    }
    await server.restart(change);
    const late = collect(other.events('kept'));
    await until(() => late.events.length === 40, 'all that was said');
    run.token('word 41');
    void run.complete();
    for (const reader of [...readers, late]) {
      await until(() => reader.ended, 'the end');
      expect([broken(reader), told(reader)]).toEqual([undefined, []]);
      expect(idsOf(reader)).toEqual(idsOf(readers[0]!));
    }
    expect(readers[0]!.seqs).toHaveLength(42);
  });

  it.each(['FLUSHALL', 'a restart without persistence', 'eviction of its head'])(
    'without a live run, by %s, says so to everybody, also where nobody writes',
    async how => {
      const server = await serverOf();
      const [owner, other] = [await engineOn(server, 900), await engineOn(server, 900)];
      let signal: AbortSignal | undefined;
      const run = await owner.start(ctx => new Promise(() => (signal = ctx.signal)), { id: 'lost' });
      const readers = [run, other.events('lost'), owner.events('lost')].map(source => collect(source));
      await until(
        () => signal !== undefined && readers.every(({ events }) => events.length === 1),
        'the beginning',
      );
      if (how === 'a restart without persistence') await server.restart();
      else {
        const probe = new Redis(server.url);
        if (how === 'FLUSHALL') await probe.flushall();
        // The lease runs out too: what is evicted is not told to anybody.
        else await probe.del('sluice:m:{default/lost}', ...(await probe.keys('sluice:lease:*')));
        probe.disconnect();
      }
      await until(() => readers.every(({ ended }) => ended) && signal!.aborted, 'word of the loss');
      for (const { notices, error } of [...readers, collect(run)])
        expect([notices, error]).toEqual([[{ notice: 'reset', runId: 'lost', reason: 'gone' }], undefined]);
      expect(await codeOf(() => run.result)).toBe('STORAGE_LOST');
      expect(await codeOf(() => other.runs.get('lost'))).toBe('RUN_NOT_FOUND');
    },
  );

  it('without the events of a live run goes on with it, and tells the gap to those who come', async () => {
    const server = await serverOf();
    const [owner, other] = [await engineOn(server), await engineOn(server)];
    const run = await owner.open({ id: 'holed' });
    const reader = collect(other.events('holed'));
    for (let said = 2; said <= 5; said++) run.token(`word ${said}`);
    await until(() => reader.events.length === 5, 'the first words');
    const probe = new Redis(server.url);
    await probe.del('sluice:s:{default/holed}');
    probe.disconnect();
    run.token('word 6');
    void run.complete();
    await until(() => reader.ended, 'the end');
    expect([broken(reader), told(reader)]).toEqual([undefined, []]);
    const late = collect(other.events('holed'));
    await until(() => late.ended, 'the end again');
    expect(late.notices).toMatchObject([{ notice: 'gap', reason: 'corrupt', from: 1, to: 5 }]);
    expect(broken(late)).toBeUndefined();
    expect(idsOf(late)).toEqual(idsOf(reader).slice(5));
  });

  it('after longer than a lease takes no run from an owner that lives', async () => {
    const server = await serverOf('--appendonly', 'yes');
    const missed = [0, 0];
    const count = (at: number) => (heard: RedisTrouble) => {
      if (heard.trouble === 'lease') missed[at]!++;
    };
    const [owner, other] = [await engineOn(server, 1_000, count(0)), await engineOn(server, 1_000, count(1))];
    const run = await owner.open({ id: 'healthy' });
    const reader = collect(other.events('healthy'));
    await until(() => reader.events.length === 1, 'the beginning');
    const { pid } = server;
    process.kill(pid, 'SIGSTOP');
    // A renewal is missed after the 2 s that a call may take, which are two leases.
    await until(() => missed.every(times => times >= 4), 'missed renewals');
    process.kill(pid, 'SIGCONT');
    // Both have looked for runs of the dead since: their sweep asks who is dead.
    const probe = new Redis(server.url);
    const looks = async (): Promise<number> =>
      Number(/cmdstat_zrangebyscore:calls=(\d+)/.exec(await probe.info('commandstats'))?.[1] ?? 0);
    const before = await looks();
    await untilAsked(async () => (await looks()) >= before + 6, 'both sweeps');
    probe.disconnect();
    run.token('still here');
    void run.complete('done');
    await until(() => reader.ended, 'the end');
    expect([broken(reader), told(reader)]).toEqual([undefined, []]);
    expect(reader.types).toEqual(['started', 'token', 'complete']);
  });
});
