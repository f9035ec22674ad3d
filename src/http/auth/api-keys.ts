import { isPromise, type Awaitable } from '../../backends/awaitable.ts';
import { SluiceError } from '../../errors/sluice-error.ts';
import { isId } from '../../event/ids.ts';
import { hashApiKey, isApiKeyHash } from './api-key.ts';
import type { Authorize } from './authorize.ts';
import { credentialOf } from './credential-of.ts';
import { SCOPES, type Principal, type Scope } from './principal.ts';

/** What a server knows of a key. */
export interface ApiKey {
  /** Of `newApiKey()` or `sluice keys new`: `sha256:` and 64 hex digits. */
  readonly hash: string;
  /** Whose it is, for audit events and logs. */
  readonly subject: string;
  /** Default: `default`. */
  readonly tenantId?: string | undefined;
  /** Default: `read`, `write`, `cancel`. */
  readonly scopes?: readonly Scope[] | undefined;
  /** RFC 3339. Default: never. */
  readonly expiresAt?: string | undefined;
}

const DEFAULT_SCOPES: readonly Scope[] = ['read', 'write', 'cancel'];
const LONGEST = 512;

/**
 * Knows clients by keys, sent as `Authorization: Bearer KEY` or `X-API-Key: KEY`; the server keeps their hashes alone.
 * Pass a function to change keys without a restart: it is asked at every request, and what it gives is checked when it
 * is another list than before. Throws `BAD_OPTION`.
 */
export function apiKeys(keys: readonly ApiKey[] | (() => Awaitable<readonly ApiKey[]>)): Authorize {
  let list: readonly ApiKey[] | undefined;
  let known: ReadonlyMap<string, Principal>;
  const table = (given: readonly ApiKey[]): ReadonlyMap<string, Principal> => {
    if (given !== list) {
      known = tableOf(given);
      list = given;
    }
    return known;
  };
  if (typeof keys !== 'function') table(keys);
  return request => {
    const key = credentialOf(request);
    if (key === undefined || key.length < 32 || key.length > LONGEST) return undefined;
    // By its hash: how long the look-up takes tells nothing of the keys.
    const hash = hashApiKey(key);
    const given = typeof keys === 'function' ? keys() : keys;
    return isPromise(given) ? given.then(later => table(later).get(hash)) : table(given).get(hash);
  };
}

function tableOf(keys: readonly ApiKey[]): ReadonlyMap<string, Principal> {
  if (!isList(keys)) throw badKeys('keys: expected an array');
  const known = new Map<string, Principal>();
  for (const [at, key] of keys.entries()) {
    const principal = principalOf(key, `keys[${at}]`);
    known.set(key.hash, principal);
  }
  return known;
}

function principalOf(key: ApiKey, name: string): Principal {
  const { hash, subject, tenantId = 'default', scopes = DEFAULT_SCOPES, expiresAt } = Object(key) as ApiKey;
  if (!isApiKeyHash(hash)) throw badKeys(`${name}.hash: expected "sha256:" and 64 hex digits`);
  if (typeof subject !== 'string' || subject === '') throw badKeys(`${name}.subject: expected a name`);
  if (!isId(tenantId)) throw badKeys(`${name}.tenantId: expected letters, digits, ".", "_" or "-"`);
  if (!isList(scopes) || !scopes.every(scope => SCOPES.includes(scope)))
    throw badKeys(`${name}.scopes: expected a list of ${SCOPES.join(', ')}`);
  const end = expiresAt === undefined ? undefined : Date.parse(expiresAt);
  if (Number.isNaN(end)) throw badKeys(`${name}.expiresAt: expected an RFC 3339 time`);
  return { subject, tenantId, scopes, expiresAt: end };
}

function isList(value: unknown): value is readonly unknown[] {
  return Array.isArray(value);
}

function badKeys(problem: string): SluiceError {
  return new SluiceError('BAD_OPTION', `${problem}.`);
}
