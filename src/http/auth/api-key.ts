import { createHash } from 'node:crypto';
import { SluiceError } from '../../errors/sluice-error.ts';
import { randomSecret } from '../../time/random-secret.ts';

/** A key that was just made: the key for whoever will use it, its hash for the server. */
export interface NewApiKey {
  readonly key: string;
  readonly hash: string;
}

const SHORTEST = 32;
const HASH = /^sha256:[0-9a-f]{64}$/;

/** Makes a key of 256 random bits. It is nowhere else: who loses it makes another one. */
export function newApiKey(): NewApiKey {
  const key = `sluice_${randomSecret()}`;
  return { key, hash: hashApiKey(key) };
}

/**
 * What a server keeps of a key: `sha256:` and 64 hex digits. A slow hash would protect keys that can be guessed; these
 * cannot, and each request hashes one. Throws `BAD_OPTION` for less than 32 characters.
 */
export function hashApiKey(key: string): string {
  if (key.length >= SHORTEST) return `sha256:${createHash('sha256').update(key).digest('hex')}`;
  throw new SluiceError(
    'BAD_OPTION',
    `key: expected at least ${SHORTEST} characters that nobody can guess. Make one with newApiKey().`,
  );
}

export function isApiKeyHash(text: unknown): text is string {
  return typeof text === 'string' && HASH.test(text);
}
