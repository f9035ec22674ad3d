import type { Clock } from '../../time/clock.ts';
import { randomName } from '../../time/random-name.ts';
import { runKey, type CreateResult, type Idempotency, type RunKey, type RunRecord } from '../backend.ts';
import type { RedisKeys } from './redis-keys.ts';
import type { RedisLink } from './redis-link.ts';
import { RESERVE, SETTLE } from './scripts/reserve.ts';

/** How long whoever reserved a key may take to create its run before another one may take the key over. */
const PATIENCE = 5_000;

/** What creating a run under a key needs of the directory. */
interface Admission {
  readonly create: (nonce: string) => Promise<'created' | 'exists'>;
  readonly erase: () => Promise<unknown>;
  readonly get: (key: RunKey) => Promise<{ readonly record: RunRecord; readonly nonce: string } | undefined>;
}

/**
 * Idempotency keys. In a cluster a key and its run are in different places, so the key is reserved, the run created and
 * the key settled. A reservation whose run never came, since its creator died in between, is taken over.
 */
export class IdempotencyKeys {
  readonly #link: RedisLink;
  readonly #keys: RedisKeys;
  readonly #clock: Clock;

  constructor(link: RedisLink, keys: RedisKeys, clock: Clock) {
    this.#link = link;
    this.#keys = keys;
    this.#clock = clock;
  }

  /** Creates a run once for each key. `life`: what the key lives without its run, in milliseconds. */
  async create(
    record: RunRecord,
    { key, fingerprint }: Idempotency,
    life: number,
    admission: Admission,
  ): Promise<CreateResult> {
    const place = this.#keys.repeat(record.tenantId, key);
    const nonce = randomName(12);
    for (let stolen = ''; ;) {
      const args = [record.runId, fingerprint, nonce, life, stolen];
      const taken = await this.#link.run<string[] | null>(RESERVE, [place], args);
      if (!taken) {
        const result = await admission.create(nonce);
        const holds = await this.settle(place, nonce, result === 'created');
        if (result === 'exists') return { result };
        if (holds) return { result, record };
        await admission.erase();
        stolen = '';
        continue;
      }
      const [runId, theirs, holder, state, age] = taken as [string, string, string, string, string];
      const found = await admission.get(runKey(record.tenantId, runId));
      if (found?.nonce === holder)
        return theirs === fingerprint ? { result: 'repeated', record: found.record } : { result: 'conflict' };
      const isDue = state !== 'p' || Number(age) > PATIENCE;
      stolen = isDue ? holder : '';
      if (!isDue) await this.#pause();
    }
  }

  /** Makes a reservation final, or takes it back. */
  async settle(place: string, nonce: string, keep: boolean): Promise<boolean> {
    return (await this.#link.run<number>(SETTLE, [place], [nonce, keep ? 'd' : ''])) === 1;
  }

  #pause(): Promise<void> {
    return new Promise(resolve => this.#clock.alarm(10, resolve, false));
  }
}
