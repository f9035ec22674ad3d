import { systemClock, type Clock } from '../time/clock.ts';
import { wholeOption } from '../operators/check-option.ts';
import { Circuit } from './circuit.ts';
import { IdleMap } from './idle-map.ts';
import type {
  Admission,
  Amounts,
  Bucket,
  CallOutcome,
  CircuitRules,
  PolicyStore,
  Spent,
} from './policy-store.ts';

/** How much a memory store keeps. */
export interface MemoryPolicyStoreOptions {
  /** Where time comes from; for tests. Default: the machine's. */
  readonly clock?: Clock | undefined;
  /** Keys of each kind: 1 to 10,000,000. The one unused for longest goes, as if it were new. Default: 10,000. */
  readonly keys?: number | undefined;
}

/**
 * What policies of this process remember; answers at once. Holds no timers: idle keys go as others are used. Throws
 * `BAD_OPTION`.
 */
export function memoryPolicyStore(options?: MemoryPolicyStoreOptions): PolicyStore {
  return new MemoryPolicyStore(options);
}

/** Fractions of a millisecond below it are the noise of sums. */
const NOISE = 1e-6;

class MemoryPolicyStore implements PolicyStore {
  readonly #clock: Clock;
  /** When the bucket will be full again. */
  readonly #fullAt: IdleMap<number>;
  readonly #circuits: IdleMap<Circuit>;
  readonly #accounts: IdleMap<{ readonly totals: Readonly<Record<string, number>>; readonly until: number }>;

  constructor({ clock = systemClock, keys = 10_000 }: MemoryPolicyStoreOptions = {}) {
    wholeOption('memoryPolicyStore: keys', keys, { unit: 'keys', max: 10_000_000 });
    this.#clock = clock;
    this.#fullAt = new IdleMap(keys);
    this.#circuits = new IdleMap(keys);
    this.#accounts = new IdleMap(keys);
  }

  // A bucket is one number, the time at which it is full; each token taken puts that off by the time one takes to come.
  take(key: string, { limit, per, burst }: Bucket, patience: number): number {
    const now = this.#now();
    const each = per / limit;
    const fullAt = Math.max(now, this.#fullAt.get(key, now) ?? now) + each;
    const wait = Math.max(0, Math.ceil(fullAt - each * burst - now - NOISE));
    if (wait <= patience) this.#fullAt.set(key, fullAt, { now, idleAt: fullAt });
    return wait;
  }

  admit(key: string, rules: CircuitRules): Admission {
    const now = this.#now();
    const circuit = this.#circuits.get(key, now);
    if (!circuit) return { state: 'closed' };
    const admission = circuit.admit(rules, now);
    this.#circuits.set(key, circuit, { now, idleAt: circuit.idleAt(rules, now) });
    return admission;
  }

  report(
    key: string,
    rules: CircuitRules,
    { outcome, trial }: { readonly outcome: CallOutcome; readonly trial?: number | undefined },
  ): void {
    const now = this.#now();
    const known = this.#circuits.get(key, now);
    if (!known && outcome !== 'failed') return;
    const circuit = known ?? new Circuit();
    circuit.report(rules, { outcome, trial, now });
    this.#circuits.set(key, circuit, { now, idleAt: circuit.idleAt(rules, now) });
  }

  spend(
    key: string,
    amounts: Amounts,
    { within, limits = {} }: { readonly within: number; readonly limits?: Amounts },
  ): Spent {
    const now = this.#now();
    const { totals, until } = this.#accounts.get(key, now) ?? { totals: {}, until: now + within };
    for (const [name, limit] of Object.entries(limits)) {
      const total = totals[name] ?? 0;
      if (total >= limit || total + (amounts[name] ?? 0) > limit) return { totals, over: name };
    }
    if (Object.keys(amounts).length === 0) return { totals };
    const added: Record<string, number> = { ...totals };
    for (const [name, amount] of Object.entries(amounts)) {
      added[name] = Math.max(0, (added[name] ?? 0) + amount);
    }
    this.#accounts.set(key, { totals: added, until }, { now, idleAt: until });
    return { totals: added };
  }

  forget(key: string): void {
    this.#accounts.delete(key);
  }

  #now(): number {
    return this.#clock.monotonic ? this.#clock.monotonic() : this.#clock.now();
  }
}
