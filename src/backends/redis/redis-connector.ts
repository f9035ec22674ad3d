import type { Cluster, Redis, RedisOptions } from 'ioredis';
import { SluiceError } from '../../errors/sluice-error.ts';
import { fullJitter } from '../../time/full-jitter.ts';
import { loadRedis } from './load-ioredis.ts';
import { quickenStringMethods } from './string-methods.ts';

/** Where a Redis is: one of them. */
export interface RedisPlace {
  /** `redis://user:password@host:6379/0`, `rediss://` for TLS. Appears in no error and no log. */
  readonly url?: string | undefined;
  /** An ioredis client; its settings are used for connections of our own, it stays yours to close. */
  readonly client?: Redis | Cluster | undefined;
  /** Options of ioredis, for Sentinel, TLS and the like. */
  readonly options?: RedisOptions | undefined;
}

/** Throws `BAD_OPTION`, named after `subject`. */
export function checkPlace(subject: string, { url, client, options }: RedisPlace): void {
  const places = [url, client, options].filter(place => place !== undefined);
  if (places.length !== 1) throw bad(subject, 'url', 'exactly one of url, client and options', places.length);
  // What is behind the scheme may hold a password, and without one all of it may be the password.
  if (url !== undefined && !/^rediss?:\/\/./.test(url))
    throw bad(subject, 'url', 'redis://… or rediss://…', `${/^[a-z]+:\/\//i.exec(url)?.[0] ?? ''}…`);
  if (url !== undefined && !isAddress(url))
    throw new SluiceError(
      'BAD_OPTION',
      `${subject}: url: expected redis://user:password@host:port/database, got what is none. Write characters such as ` +
        '/, #, ? and % in a password as encodeURIComponent does: %2F, %23, %3F, %25.',
    );
}

/** What is none would be thrown by the system's parser with all that is in it. */
function isAddress(url: string): boolean {
  if (!URL.canParse(url)) return false;
  const { username, password, hash } = new URL(url);
  try {
    decodeURIComponent(username + password);
    // Addresses of Redis have none: it is the rest of a password.
    return hash === '';
  } catch {
    return false;
  }
}

/** What keys begin with, so that one rule of an ACL covers them. Throws `BAD_OPTION`. */
export function checkPrefix(subject: string, prefix: string): string {
  if (/^[A-Za-z0-9._-]{1,64}$/.test(prefix)) return prefix;
  throw bad(subject, 'prefix', '1 to 64 letters, digits, ".", "_" or "-"', prefix);
}

/** A number in its range. Throws `BAD_OPTION`. */
export function checkRange(
  subject: string,
  name: string,
  { value, least, most }: { readonly value: number; readonly least: number; readonly most: number },
): number {
  if (typeof value === 'number' && value >= least && value <= most) return value;
  throw bad(subject, name, `a number from ${least} to ${most}`, value);
}

/** How connections are made: none at once, few repeats since callers repeat by themselves, and no storm after an outage. */
export async function connectorOf(
  subject: string,
  { url, client, options }: RedisPlace,
): Promise<() => Redis | Cluster> {
  const settings = {
    lazyConnect: true,
    // A link gathers commands itself: what ioredis does for it costs more than reading a page.
    enableAutoPipelining: false,
    autoResubscribe: false,
    replyMapping: 'legacy' as const,
    maxRetriesPerRequest: 3,
    connectTimeout: 5_000,
    // ioredis waits so long for the end of a connection that has ended already.
    disconnectTimeout: 100,
    socketTimeout: 10_000,
    retryStrategy: (times: number) => 20 + fullJitter(Math.min(50 * 2 ** times, 2_000)),
    // A replica that was a master: the connection leads to the wrong server now.
    reconnectOnError: (error: Error) => (error.message.startsWith('READONLY') ? 2 : false),
  } satisfies RedisOptions;
  if (client) {
    quickenStringMethods();
    const { lazyConnect, replyMapping } = settings;
    return () =>
      'nodes' in client
        ? client.duplicate([], {
            ...{ lazyConnect, replyMapping, redisOptions: settings },
            // It has a connection to each node, and only ioredis knows which one a command takes.
            enableAutoPipelining: true,
          })
        : client.duplicate(settings);
  }
  const Client = await loadRedis(subject);
  if (options) {
    const { lazyConnect, autoResubscribe, replyMapping } = settings;
    const merged: RedisOptions = { ...settings, ...options, lazyConnect, autoResubscribe };
    return () => new Client({ ...merged, replyMapping });
  }
  return () => new Client(url!, settings);
}

function bad(subject: string, name: string, expected: string, got: unknown): SluiceError {
  return new SluiceError(
    'BAD_OPTION',
    `${subject}: ${name}: expected ${expected}, got ${JSON.stringify(got)}.`,
  );
}
