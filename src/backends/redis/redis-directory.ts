import { isoTime } from '../../time/iso-time.ts';
import type { Clock } from '../../time/clock.ts';
import { chainStart } from '../../event/chain.ts';
import { randomName } from '../../time/random-name.ts';
import {
  runKey,
  type CreateResult,
  type Directory,
  type Idempotency,
  type RunChange,
  type RunKey,
  type RunNews,
  type RunPage,
  type RunQuery,
  type RunRecord,
} from '../backend.ts';
import { hasEnded, takesChange } from '../changed-record.ts';
import { PATIENCE, type ExpirySweep } from './expiry-sweep.ts';
import type { IdempotencyKeys } from './idempotency-keys.ts';
import type { RedisKeys } from './redis-keys.ts';
import type { RedisLink } from './redis-link.ts';
import type { RunIndex } from './run-index.ts';
import type { RunNewsFeed } from './run-news-feed.ts';
import { CREATE } from './scripts/create.ts';
import { UPDATE } from './scripts/update.ts';
import { changeOf, fieldsOf, RECORD_FIELDS, recordOf } from './stored-record.ts';

/** What a Redis directory is made of. */
export interface RedisDirectoryParts {
  readonly link: RedisLink;
  readonly keys: RedisKeys;
  readonly clock: Clock;
  readonly index: RunIndex;
  readonly repeats: IdempotencyKeys;
  readonly expiry: ExpirySweep;
  readonly news: RunNewsFeed;
  /** A change was acknowledged. */
  readonly changed: (key: RunKey, change: RunChange) => void;
  /** The record of a run says that it has ended. */
  readonly ended: (key: RunKey) => void;
}

/** Ten years: more than Redis needs to be told of any time to live. */
const LONGEST_LIFE = 315_360_000_000;
const MOST = Number.MAX_SAFE_INTEGER;

/**
 * The records of all runs. What belongs to one run changes at once; the index, the news and the idempotency key are
 * elsewhere, and written in such an order that a process that dies in between leaves nothing that is not found again.
 */
export class RedisDirectory implements Directory {
  readonly #parts: RedisDirectoryParts;

  constructor(parts: RedisDirectoryParts) {
    this.#parts = parts;
  }

  async create(record: RunRecord, idempotency?: Idempotency): Promise<CreateResult> {
    const { repeats, expiry, news } = this.#parts;
    const key = runKey(record.tenantId, record.runId);
    const life = lifeOf(record);
    const answer: CreateResult = idempotency
      ? await repeats.create(record, idempotency, life, {
          create: nonce => this.#admit(record, life, nonce, idempotency),
          erase: () => expiry.erase(key),
          get: other => this.#find(other),
        })
      : { result: await this.#admit(record, life, randomName(12)), record };
    if (answer.result === 'created') await news.tell({ news: 'created', record });
    return answer.result === 'exists' ? { result: 'exists' } : answer;
  }

  async get(key: RunKey): Promise<RunRecord | undefined> {
    const { link, keys } = this.#parts;
    return recordOf(await link.send<(string | null)[]>('hmget', keys.ofRun(key)[0], ...RECORD_FIELDS));
  }

  list(query: RunQuery): Promise<RunPage> {
    const { index, expiry } = this.#parts;
    return index.page(query, key => void expiry.doubt(key).catch(() => undefined));
  }

  async update(key: RunKey, change: RunChange): Promise<RunRecord | undefined> {
    const { link, keys, clock, news } = this.#parts;
    const record = recordOf(
      await link.run<(string | null)[] | null>(UPDATE, keys.ofRun(key), [
        ...[RECORD_FIELDS.join(' '), '.updatedAt', JSON.stringify(isoTime(clock.now()))],
        ...changeOf(change),
      ]),
    );
    if (!record) return undefined;
    if (hasEnded(record)) this.#parts.ended(key);
    if (!takesChange(record, change)) return record;
    this.#parts.changed(key, change);
    await news.tell({ news: 'changed', record });
    return record;
  }

  delete(key: RunKey): Promise<boolean> {
    return this.#parts.expiry.erase(key);
  }

  watch(tell: (news: RunNews) => void): () => void {
    return this.#parts.news.watch(tell);
  }

  async #find(key: RunKey): Promise<{ readonly record: RunRecord; readonly nonce: string } | undefined> {
    const { link, keys } = this.#parts;
    const [head] = keys.ofRun(key);
    const [nonce, ...values] = await link.send<(string | null)[]>('hmget', head, 'in', ...RECORD_FIELDS);
    const record = recordOf(values);
    return record && { record, nonce: nonce ?? '' };
  }

  async #admit(
    record: RunRecord,
    life: number,
    nonce: string,
    idempotency?: Idempotency,
  ): Promise<'created' | 'exists'> {
    const { link, keys, clock, index, expiry } = this.#parts;
    const { tenantId, epoch, ttl, keep } = record;
    const key = runKey(tenantId, record.runId);
    const began = clock.now();
    // In this order: what is listed is visited one day, whatever Redis has of what follows.
    await Promise.all([expiry.visitIn(ttl, key, life), index.add(record, life)]);
    const repeat = idempotency ? ['ik', keys.repeat(tenantId, idempotency.key), 'in', nonce] : [];
    const answer = await link.run<'created' | 'exists'>(CREATE, keys.ofRun(key), [
      ...[nonce, life, 'e', epoch, 's', 0, 'h', chainStart(epoch), 'k', 1, 'y', 0, 'z', 0, 'g', 0],
      ...['ke', Math.min(keep.events, MOST), 'kb', Math.min(keep.bytes, MOST), 'ttl', ttl],
      ...repeat,
      ...fieldsOf(record),
    ]);
    // A visit puts right what leads to a run: that of another one was put off just now, and what led to one that took
    // long to create may have been struck out meanwhile.
    if (answer === 'exists' || clock.now() - began > PATIENCE / 2) await expiry.visitIn(0, key, life);
    return answer;
  }
}

/** What keys live after the last activity, in milliseconds: long enough for a sweep to find and tell what expired. */
function lifeOf({ ttl }: RunRecord): number {
  return Math.min(Math.ceil(ttl) * 2 + 60_000, LONGEST_LIFE);
}
