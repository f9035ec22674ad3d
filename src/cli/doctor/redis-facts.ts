import { asyncScheduler } from 'rxjs';

/** What a Redis says of itself. */
export interface RedisFacts {
  readonly version: string;
  /** How it keeps what it holds; empty where it does not. */
  readonly persistence: string;
  /** Milliseconds that an answer took. */
  readonly latency: number;
}

/** Asks on a connection of its own, which the backend has shown to be possible. Rejects where it breaks. */
export async function askRedis(url: string): Promise<RedisFacts> {
  const { Redis } = await import('ioredis');
  const redis = new Redis(url, { lazyConnect: true, retryStrategy: () => null, replyMapping: 'legacy' });
  // Told by the call that fails.
  redis.on('error', () => undefined);
  try {
    await redis.connect();
    const begin = asyncScheduler.now();
    await redis.ping();
    const latency = asyncScheduler.now() - begin;
    const info = await redis.info();
    const field = (name: string): string => new RegExp(`^${name}:(.*?)\\r?$`, 'm').exec(info)?.[1] ?? '';
    // Who may not ask for settings is told of the append-only file alone.
    const [, save = ''] = (await redis.config('GET', 'save').catch(() => [])) as string[];
    const kept = [field('aof_enabled') === '1' && 'append-only file', save !== '' && 'snapshots'];
    return { version: field('redis_version'), persistence: kept.filter(Boolean).join(' and '), latency };
  } finally {
    redis.disconnect();
  }
}
