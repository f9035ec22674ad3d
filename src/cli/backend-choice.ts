import { resolve } from 'node:path';
import { SluiceError } from '../index.ts';
import type { Given } from './check-setting.ts';
import { shownAddress } from './shown-address.ts';

/** Where runs are kept: `dir` is an absolute path; `url` may hold a password, and is never shown. */
export type BackendChoice =
  | { readonly kind: 'memory' }
  | { readonly kind: 'file'; readonly dir: string }
  | { readonly kind: 'redis'; readonly url: string };

/** Throws `BAD_OPTION`. */
export function checkBackend(
  { name, text }: Given,
  folder: string,
  redisUrl: string | undefined,
): BackendChoice {
  if (text === 'memory') return { kind: 'memory' };
  if (text.startsWith('file:') && text.length > 5)
    return { kind: 'file', dir: resolve(folder, text.slice(5)) };
  if (/^rediss?:\/\/./.test(text)) return { kind: 'redis', url: text };
  if (text === 'redis' && redisUrl) return { kind: 'redis', url: redisUrl };
  if (text === 'redis')
    throw new SluiceError(
      'BAD_OPTION',
      `${name} redis: expected its address in REDIS_URL, which is not set. Set it, or pass redis://HOST:PORT.`,
    );
  throw new SluiceError(
    'BAD_OPTION',
    `${name}: expected memory, file:DIR or redis://HOST:PORT, got ${shownAddress(text)}. ` +
      'To keep runs elsewhere, pass a backend to createEngine in a program of your own.',
  );
}
