import type {
  Admission,
  Amounts,
  Bucket,
  CallOutcome,
  CircuitRules,
  PolicyStore,
  Spent,
} from '../../control/policy-store.ts';
import { systemClock, type Clock } from '../../time/clock.ts';
import { checkServer } from './check-server.ts';
import { PolicyKeys } from './policy-keys.ts';
import { checkPlace, checkPrefix, checkRange, connectorOf, type RedisPlace } from './redis-connector.ts';
import { RedisLink } from './redis-link.ts';
import type { RedisTrouble } from './redis-options.ts';
import { ADMIT, REPORT } from './scripts/circuit.ts';
import { SPEND } from './scripts/spend.ts';
import { TAKE } from './scripts/take.ts';

/** What {@link redisPolicyStore} takes: one of `url`, `client` and `options` says where Redis is. */
export interface RedisPolicyStoreOptions extends RedisPlace {
  /** What every key begins with: 1 to 64 letters, digits, `.`, `_` or `-`. Default: `sluice`, as of `redisBackend`. */
  readonly prefix?: string | undefined;
  /** How long a question may take before it fails with `STORAGE_LOST`, in milliseconds, 100 to 600,000. Default: 2,000. */
  readonly timeout?: number | undefined;
  /** Told what should be known and does not fail a call. Default: nobody. */
  readonly onTrouble?: ((trouble: RedisTrouble) => void) | undefined;
  /** Where time comes from instead of Redis, for tests; all stores of one prefix then need the same. */
  readonly clock?: Clock | undefined;
}

/** A store that has connections. */
export interface RedisPolicyStore extends PolicyStore {
  /** Ends its connections, without waiting for answers. What is asked after it fails with `STORAGE_LOST`. */
  close(): Promise<void>;
}

/**
 * What policies remember, for all processes on one Redis 6.2 or later: one script for each question, in the time of
 * Redis, so that clocks of processes may differ. Resolves when Redis has answered; rejects with `MISSING_PEER` without
 * the package ioredis, with `BAD_OPTION` and `STORAGE_LOST`.
 *
 * A question that Redis does not answer within `timeout` rejects with `STORAGE_LOST`: a fault of the policy that asked,
 * so its `onError` says what becomes of the call. One whose answer a broken connection took is asked again by itself, so
 * one call may count twice, never less than once. Every key has a time to live, at most until it would be like new. In
 * Redis: a number for each bucket, `failures` and `halfOpen` times for each circuit; here: the questions under way.
 */
export async function redisPolicyStore(options: RedisPolicyStoreOptions): Promise<RedisPolicyStore> {
  const { prefix = 'sluice', clock, onTrouble = () => undefined } = options;
  const subject = 'redisPolicyStore';
  checkPlace(subject, options);
  const keys = new PolicyKeys(checkPrefix(subject, prefix));
  const timeout = checkRange(subject, 'timeout', {
    ...{ value: options.timeout ?? 2_000, least: 100, most: 600_000 },
  });
  const link = new RedisLink({
    ...{ subject: 'redis policy store', connect: await connectorOf(subject, options) },
    ...{ clock: systemClock, onTrouble, timeout },
  });
  await link.open();
  try {
    await checkServer(link, subject, onTrouble);
  } catch (error) {
    await link.close();
    throw error;
  }
  return new StoreOnLink(link, keys, clock);
}

class StoreOnLink implements RedisPolicyStore {
  readonly #link: RedisLink;
  readonly #keys: PolicyKeys;
  readonly #clock: Clock | undefined;

  constructor(link: RedisLink, keys: PolicyKeys, clock: Clock | undefined) {
    this.#link = link;
    this.#keys = keys;
    this.#clock = clock;
  }

  take(key: string, { limit, per, burst }: Bucket, patience: number): Promise<number> {
    return this.#link.run(TAKE, this.#keys.bucket(key), [this.#now(), per / limit, burst, patience]);
  }

  async admit(key: string, rules: CircuitRules): Promise<Admission> {
    const asked = [this.#now(), ...numbersOf(rules)];
    const [state, number] = await this.#link.run<readonly [Admission['state'], number]>(
      ...[ADMIT, this.#keys.circuit(key), asked],
    );
    if (state === 'open') return { state, wait: number };
    return state === 'trial' ? { state, trial: number } : { state };
  }

  async report(
    key: string,
    rules: CircuitRules,
    { outcome, trial }: { readonly outcome: CallOutcome; readonly trial?: number | undefined },
  ): Promise<void> {
    const told = [this.#now(), ...numbersOf(rules), outcome, trial ?? ''];
    await this.#link.run(REPORT, this.#keys.circuit(key), told);
  }

  async spend(
    key: string,
    amounts: Amounts,
    { within, limits = {} }: { readonly within: number; readonly limits?: Amounts },
  ): Promise<Spent> {
    const limited = Object.entries(limits);
    const [isOver, name, ...told] = await this.#link.run<readonly [number, string, ...string[]]>(
      ...[SPEND, this.#keys.account(key)],
      [this.#now(), within, limited.length, ...limited.flat(), ...Object.entries(amounts).flat()],
    );
    const totals: Record<string, number> = {};
    for (let at = 0; at < told.length; at += 2) totals[told[at]!] = Number(told[at + 1]);
    return isOver === 1 ? { totals, over: name } : { totals };
  }

  async forget(key: string): Promise<void> {
    await this.#link.send('unlink', ...this.#keys.account(key));
  }

  close(): Promise<void> {
    return this.#link.close();
  }

  /** Nothing where Redis is to say it. */
  #now(): number | '' {
    return this.#clock ? this.#clock.now() : '';
  }
}

function numbersOf({ failures, within, cooldown, halfOpen }: CircuitRules): readonly number[] {
  return [failures, within, cooldown, halfOpen];
}
