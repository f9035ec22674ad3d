import { constants } from 'node:fs';
import { access, mkdir, open, statfs, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { asyncScheduler } from 'rxjs';
import { fileBackend } from '../../backends/file/index.ts';
import { redisBackend } from '../../backends/redis/index.ts';
import type { ServeSettings } from '../serve-settings.ts';
import { broken, brokenBy, good, notice, type Finding } from './finding.ts';
import { askRedis } from './redis-facts.ts';

/** Less room than this is told. */
const LITTLE_ROOM = 1_024 ** 3;
const SLOW_SYNC = 100;
const SLOW_REDIS = 50;
const MB = 1_024 ** 2;

/** Opens where runs are kept, as a server would, and closes it again. */
export async function checkBackend(settings: ServeSettings): Promise<readonly Finding[]> {
  const { backend } = settings;
  if (backend.kind === 'memory')
    return [
      notice(
        'backend',
        'memory: runs are gone when the server stops.',
        'To keep them: --backend file:DIR, or redis for several servers.',
      ),
    ];
  return backend.kind === 'file' ? checkFiles(backend.dir, settings) : checkRedis(backend.url, settings);
}

async function checkFiles(dir: string, { file }: ServeSettings): Promise<readonly Finding[]> {
  try {
    await mkdir(dir, { recursive: true });
    await access(dir, constants.W_OK);
  } catch (error) {
    return [brokenBy('backend', error, `Make ${dir} writable for this user, or choose another folder.`)];
  }
  return [await checkLock(dir, file), await checkRoom(dir), await checkSync(dir)];
}

async function checkLock(dir: string, file: ServeSettings['file']): Promise<Finding> {
  try {
    await (await fileBackend({ ...file, dir })).close();
    return good('backend', `${dir} can be written, and no other process has it`);
  } catch (error) {
    return brokenBy('backend', error, 'Stop the other process, or look for damage: sluice verify DIR.');
  }
}

async function checkRoom(dir: string): Promise<Finding> {
  const { bavail, bsize } = await statfs(dir);
  const room = bavail * bsize;
  const shown = `${Math.round(room / MB).toLocaleString('en')} MB are free`;
  return room >= LITTLE_ROOM
    ? good('disk', shown)
    : notice('disk', `${shown}.`, 'Make room: a full disk refuses new events.');
}

async function checkSync(dir: string): Promise<Finding> {
  const path = join(dir, `.doctor-${process.pid}`);
  const file = await open(path, 'w', 0o600);
  try {
    const begin = asyncScheduler.now();
    await file.write('x');
    await file.sync();
    const ms = asyncScheduler.now() - begin;
    return ms < SLOW_SYNC
      ? good('fsync', `${ms} ms`)
      : notice(
          'fsync',
          `it took ${ms} ms.`,
          'With file.fsync always each answer waits for it: use batch, or a faster disk.',
        );
  } finally {
    await file.close();
    await unlink(path);
  }
}

async function checkRedis(url: string, { redis }: ServeSettings): Promise<readonly Finding[]> {
  const troubles: Finding[] = [];
  const onTrouble = ({ message }: { readonly message: string }): void =>
    void troubles.push(notice('backend', message, 'In redis.conf: maxmemory-policy noeviction.'));
  try {
    const begin = asyncScheduler.now();
    await (await redisBackend({ ...redis, url, onTrouble })).close();
    const opened = asyncScheduler.now() - begin;
    const { version, persistence, latency } = await askRedis(url);
    return [
      good('backend', `Redis ${version}, opened in ${opened} ms`),
      latency < SLOW_REDIS
        ? good('latency', `${latency} ms`)
        : notice('latency', `an answer took ${latency} ms.`, 'Put Redis nearer: each append waits for it.'),
      persistence
        ? good('persistence', persistence)
        : notice(
            'persistence',
            'none: what it holds is gone when it stops.',
            'Start it with --appendonly yes.',
          ),
      ...troubles,
    ];
  } catch (error) {
    return [
      broken(
        'backend',
        (error as Error).message,
        'Start Redis, or check REDIS_URL, its password and firewall.',
      ),
    ];
  }
}
