import { randomName } from '../../time/random-name.ts';
import type { Backend } from '../backend.ts';
import { checkServer } from './check-server.ts';
import { ExpirySweep } from './expiry-sweep.ts';
import { HealingLog } from './healing-log.ts';
import { IdempotencyKeys } from './idempotency-keys.ts';
import { RedisCommands } from './redis-commands.ts';
import { connectorOf } from './redis-connector.ts';
import { RedisDirectory } from './redis-directory.ts';
import { RedisHub } from './redis-hub.ts';
import { RedisKeys } from './redis-keys.ts';
import { RedisLease } from './redis-lease.ts';
import { RedisLink } from './redis-link.ts';
import { RedisLog } from './redis-log.ts';
import { RedisNotes } from './redis-notes.ts';
import { resolveOptions, type RedisBackendOptions } from './redis-options.ts';
import { RunIndex } from './run-index.ts';
import { RunNewsFeed } from './run-news-feed.ts';

/**
 * Keeps runs in Redis 6.2 or later, where several processes work on them: one atomic script for each append and each
 * page, one lease for each process and one fence for each run. Hints come by Pub/Sub, the truth is what is read.
 * Resolves when Redis has answered; rejects with `MISSING_PEER` without the package ioredis, with `BAD_OPTION`, and with
 * `STORAGE_LOST`, as do calls that Redis does not answer and calls after `close()`.
 *
 * Acknowledged events outlive this process; whether they outlive Redis is a matter of its persistence and replicas.
 * What it loses and the process that wrote it still has is sent to it again; for the rest, readers are told `reset`, and
 * the writer `lost` or `gap`. Memory: some hundred bytes for each run that is watched, the ends of the 10,000 runs written
 * last, and their newest events: 256 or 1 MiB of a run, 32 MiB of all.
 */
export async function redisBackend(options: RedisBackendOptions): Promise<Backend> {
  const settings = resolveOptions(options);
  const { clock, onTrouble, prefix, timeout } = settings;
  const connect = await connectorOf('redisBackend', options);
  const keys = new RedisKeys(prefix);
  const echo = keys.echo(randomName(12));
  const link = new RedisLink({ subject: 'redis backend', connect, clock, onTrouble, timeout, echo });
  await link.open();
  try {
    await checkServer(link, 'redisBackend', onTrouble);
  } catch (error) {
    await link.close();
    throw error;
  }
  const hub = new RedisHub(link, keys, settings);
  const index = new RunIndex(link, keys);
  const repeats = new IdempotencyKeys(link, keys, clock);
  const news = new RunNewsFeed(link, keys, key => directory.get(key));
  const expiry = new ExpirySweep({
    ...{ link, keys, clock, index, repeats, hub, news, onTrouble },
    every: settings.sweep,
  });
  const directory: RedisDirectory = new RedisDirectory({
    ...{ link, keys, clock, index, repeats, expiry, news },
    changed: (key, change) => log.changed(key, change),
    // One that stays listed is found to have ended when its owner is looked for.
    ended: key => void lease.release(key).catch(() => undefined),
  });
  const lease = new RedisLease({ link, keys, clock, onTrouble, lease: settings.lease });
  const stored = new RedisLog({
    ...{ link, keys, hub },
    now: () => clock.now(),
  });
  const log: HealingLog = new HealingLog({ log: stored, directory, link, clock });
  expiry.start();
  const close = async (): Promise<void> => {
    expiry.close();
    log.close();
    hub.close();
    news.close();
    await lease.close();
    await link.close();
  };
  let closing: Promise<void> | undefined;
  return {
    flags: { durable: true, shared: true, chained: true },
    ...{ log, directory, lease },
    commands: new RedisCommands(link, keys, key => void lease.check(key)),
    notes: new RedisNotes(link, keys, settings.lease),
    close: () => (closing ??= close()),
  };
}
