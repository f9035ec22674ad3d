import { SluiceError } from '../../errors/sluice-error.ts';
import { checkId } from '../../event/ids.ts';
import type { Clock } from '../../time/clock.ts';
import { randomName } from '../../time/random-name.ts';
import { soon } from '../../time/soon.ts';
import type { RunStatus } from '../../event/run-event.ts';
import type { Claim, Lease, LostRun, RunKey } from '../backend.ts';
import { hasEnded } from '../changed-record.ts';
import { HeldRuns } from './held-runs.ts';
import type { RedisKeys } from './redis-keys.ts';
import type { RedisLink } from './redis-link.ts';
import type { RedisTrouble } from './redis-options.ts';
import { CLAIM } from './scripts/claim.ts';
import { INDEX_RUN } from './scripts/index-run.ts';

/** What leases are made of. */
export interface RedisLeaseParts {
  readonly link: RedisLink;
  readonly keys: RedisKeys;
  readonly clock: Clock;
  /** Milliseconds. */
  readonly lease: number;
  readonly onTrouble: (trouble: RedisTrouble) => void;
}

/** A week: how long it is known whose runs somebody must end. */
const MEMORY = 604_800_000;
/** Runs of one dead instance that one call names; the next call names others. */
const AT_ONCE = 1_000;
/** Renewals in a lease, and one more. */
const CHECKS = 4;

/**
 * One lease per instance, kept by Redis' own clock, and one fence per run. After an outage every lease has run out, also
 * those of instances that are well: for one lease after its connection was made anew an instance takes nobody for dead.
 * One whose lease had run out, or whose connection was made anew, looks for one lease which of its runs it still has.
 */
export class RedisLease implements Lease {
  readonly #parts: RedisLeaseParts;
  readonly #nonce = randomName(12);
  #instance: string | undefined;
  #stop: (() => void) | undefined;
  #renewing: Promise<boolean> | undefined;
  readonly #held: HeldRuns;
  readonly #stopReconnected: () => void;
  /** Renewals after which it is still looked which runs are held. */
  #checks = 0;
  #lost: LostRun = () => undefined;
  #troubled: () => void = () => undefined;

  constructor(parts: RedisLeaseParts) {
    this.#parts = parts;
    this.#held = new HeldRuns(parts.link, parts.keys);
    this.#stopReconnected = parts.link.onReconnected(() => {
      this.#checks = CHECKS;
      if (this.#instance) void this.#tend(this.#instance);
    });
  }

  async join(
    instance: string,
    lost: LostRun = () => undefined,
    troubled: () => void = () => undefined,
  ): Promise<{ renew(): Promise<boolean>; leave(): Promise<void> }> {
    checkId('instance', instance);
    this.#instance = instance;
    this.#lost = lost;
    this.#troubled = troubled;
    await this.#renew(instance);
    this.#arm(instance);
    return { renew: () => this.#renew(instance), leave: () => this.#leave(instance) };
  }

  async claim(key: RunKey, { force = false }: { readonly force?: boolean } = {}): Promise<Claim | 'held'> {
    const instance = this.#joined();
    return this.#held.claim(key, () => this.#claim(key, instance, force));
  }

  async #claim(key: RunKey, instance: string, force: boolean): Promise<Claim | 'held'> {
    const { link, keys } = this.#parts;
    const nonce = randomName(8);
    for (;;) {
      const [head] = keys.ofRun(key);
      const [seen, owner] = await link.send<(string | null)[]>('hmget', head, 'f', 'o');
      if (!force && owner && owner !== instance && (await this.#lives(owner))) {
        if (this.#held.has(key)) soon(() => void this.check(key));
        return 'held';
      }
      // Before the claim, so that nobody has a run that is not found when its owner dies.
      const list = (): Promise<unknown> =>
        link.run(INDEX_RUN, [keys.owned(instance)], ['CH', 0, key, MEMORY]);
      await list();
      // And once more in one write: a Redis that comes back without what it had answered may still take the claim.
      const claiming = [seen ?? '', nonce, instance];
      const [, answer] = await Promise.all([
        list(),
        link.run<[string, number, string | null] | null>(CLAIM, keys.ofRun(key), claiming),
      ]);
      if (!answer) throw new SluiceError('RUN_NOT_FOUND', 'claim: expected a run of this id, got none.');
      const [fence, waiting, cancel] = answer;
      if (fence === '') continue;
      this.#held.add(key, fence);
      if (waiting > 0) await link.run(INDEX_RUN, [keys.inbox(instance)], ['INCR', 1, key, MEMORY]);
      if (force && owner && owner !== instance) this.#tellFormer(key, owner);
      return { fence, ...(cancel !== null && { cancel: { reason: cancel.slice(1) || undefined } }) };
    }
  }

  /** Where it looks for commands it finds that the run is not its own. If that is lost, it finds out some other time. */
  #tellFormer(key: RunKey, owner: string): void {
    const { link, keys } = this.#parts;
    void link.run(INDEX_RUN, [keys.inbox(owner)], ['INCR', 1, key, MEMORY]).catch(() => undefined);
  }

  /** Another instance may have a run that this one had. */
  async check(key: RunKey): Promise<void> {
    const instance = this.#instance;
    if (instance) await this.#held.checkOne(key, instance, this.#lost).catch(() => undefined);
  }

  /** To an instance that never lived, so that it is found as what a dead one had. */
  async free(key: RunKey): Promise<void> {
    const { link, keys } = this.#parts;
    const instance = this.#joined();
    const [head] = keys.ofRun(key);
    const [seen, owner] = await link.send<(string | null)[]>('hmget', head, 'f', 'o');
    if (owner !== instance) return;
    const nobody = `${instance}.left`;
    const name = async (): Promise<void> => {
      await link.run(INDEX_RUN, [keys.owned(nobody)], ['CH', 0, key, MEMORY]);
      await link.run(INDEX_RUN, [keys.instances], ['CH', 0, nobody, MEMORY]);
    };
    // Before, so that it is found whatever becomes of this process; and after, since whoever looked in between saw that
    // it was not free yet, and struck it out.
    await name();
    await link.run(CLAIM, keys.ofRun(key), [seen ?? '', randomName(8), nobody]);
    await name();
    await this.release(key);
  }

  async dead(): Promise<readonly { readonly instance: string; readonly keys: readonly RunKey[] }[]> {
    const { link, keys } = this.#parts;
    // All of them: what they noted of their leases is by their own clocks, which may go wrong.
    const known = await link.send<string[]>('zrange', keys.instances, 0, -1);
    const dead: { readonly instance: string; readonly keys: readonly RunKey[] }[] = [];
    for (const instance of known) {
      if (await this.#lives(instance)) continue;
      const owned = await link.send<RunKey[]>('zrange', keys.owned(instance), 0, AT_ONCE - 1);
      const isTheirs = await Promise.all(owned.map(key => this.#isOf(key, instance)));
      const gone = owned.filter((_, at) => !isTheirs[at]);
      if (gone.length > 0) await link.send('zrem', keys.owned(instance), ...gone);
      const left = owned.filter((_, at) => isTheirs[at]);
      if (left.length > 0) dead.push({ instance, keys: left });
      else if (owned.length < AT_ONCE) await link.send('zrem', keys.instances, instance);
    }
    return dead;
  }

  /** A run that this instance had needs nobody any more. */
  async release(key: RunKey): Promise<void> {
    if (this.#instance) await this.#held.remove(key, this.#instance);
  }

  async close(): Promise<void> {
    this.#stopReconnected();
    if (this.#instance) await this.#leave(this.#instance).catch(() => undefined);
  }

  #joined(): string {
    if (this.#instance) return this.#instance;
    throw new SluiceError(
      'BAD_OPTION',
      'claim: expected an instance that joined, got none. Call join() first.',
    );
  }

  /** Whether an instance has its lease, or may still have it as far as this one can tell. */
  async #lives(instance: string): Promise<boolean> {
    const { link, keys, clock, lease } = this.#parts;
    const [exists, score] = await Promise.all([
      link.send<number>('exists', keys.lease(instance)),
      link.send<string | null>('zscore', keys.instances, instance),
    ]);
    if (exists === 1) return true;
    const hasLeft = score === null || Number(score) === 0;
    return !hasLeft && clock.now() < link.connectedAt + lease;
  }

  async #isOf(key: RunKey, instance: string): Promise<boolean> {
    const { link, keys } = this.#parts;
    const head = keys.ofRun(key)[0];
    const [owner, said] = await link.send<(string | null)[]>('hmget', head, 'o', '.status');
    if (owner !== instance || !said) return false;
    // One whose log has its end and whose record does not say so is to be told by somebody.
    return !hasEnded({ status: JSON.parse(said) as RunStatus });
  }

  #arm(instance: string): void {
    const { clock, lease } = this.#parts;
    this.#stop?.();
    const ring = (): void => {
      this.#arm(instance);
      void this.#tend(instance);
    };
    this.#stop = clock.alarm(lease / 3, ring, true);
  }

  async #tend(instance: string): Promise<void> {
    try {
      const isKept = await this.#renew(instance);
      if (this.#instance !== instance) return;
      if (!isKept) this.#complain('the lease had run out and was taken anew.');
      if (this.#checks === 0) return;
      await this.#held.check(instance, this.#lost);
      this.#checks--;
    } catch {
      if (!this.#parts.link.closed) this.#complain('the lease could not be renewed. Tried again.');
    }
  }

  #complain(message: string): void {
    this.#parts.onTrouble({ trouble: 'lease', message: `redis backend: ${message}` });
    this.#troubled();
  }

  /** Whether the lease had not run out meanwhile; it is taken anew in any case. */
  #renew(instance: string): Promise<boolean> {
    if (this.#instance !== instance) return Promise.resolve(false);
    return (this.#renewing ??= this.#setLease(instance).finally(() => (this.#renewing = undefined)));
  }

  async #setLease(instance: string): Promise<boolean> {
    const { link, keys, clock, lease } = this.#parts;
    const [before] = await Promise.all([
      link.send<string | null>('set', keys.lease(instance), this.#nonce, 'PX', lease, 'GET'),
      link.run(INDEX_RUN, [keys.instances], ['CH', clock.now() + lease, instance, MEMORY]),
      link.send('pexpire', keys.owned(instance), MEMORY),
      link.send('pexpire', keys.inbox(instance), MEMORY),
    ]);
    const isKept = before === this.#nonce;
    if (!isKept) this.#checks = CHECKS;
    return isKept;
  }

  async #leave(instance: string): Promise<void> {
    if (this.#instance !== instance) return;
    const { link, keys } = this.#parts;
    this.#stop?.();
    this.#instance = undefined;
    this.#held.clear();
    await this.#renewing?.catch(() => false);
    await Promise.all([
      link.send('del', keys.lease(instance)),
      // A time long past: its runs, if it left some, are anybody's at once.
      link.run(INDEX_RUN, [keys.instances], ['CH', 0, instance, MEMORY]),
    ]);
  }
}
