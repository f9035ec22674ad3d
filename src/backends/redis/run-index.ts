import { isoTime } from '../../time/iso-time.ts';
import { runKey, type RunKey, type RunPage, type RunQuery, type RunRecord } from '../backend.ts';
import { recordMatches } from '../page-of-runs.ts';
import { parsePage } from '../page-position.ts';
import type { RedisKeys } from './redis-keys.ts';
import type { RedisLink } from './redis-link.ts';
import { INDEX_RUN } from './scripts/index-run.ts';
import { RECORD_FIELDS, recordOf } from './stored-record.ts';

/** Runs looked at in one write. */
const AT_ONCE = 100;

/**
 * The runs of each tenant in the order of their creation. The index is a hint and written first, so that no run is
 * missing from it; what a run is says the run.
 */
export class RunIndex {
  readonly #link: RedisLink;
  readonly #keys: RedisKeys;

  constructor(link: RedisLink, keys: RedisKeys) {
    this.#link = link;
    this.#keys = keys;
  }

  /** `life`: how long the index must stay at least, in milliseconds. */
  async add(
    { tenantId, runId, createdAt }: Pick<RunRecord, 'tenantId' | 'runId' | 'createdAt'>,
    life: number,
  ): Promise<void> {
    const score = Date.parse(createdAt);
    await this.#link.run(INDEX_RUN, [this.#keys.runs(tenantId)], ['NX', score, runId, life]);
  }

  /** Whether it was there. */
  async remove(tenantId: string, runId: string): Promise<boolean> {
    return (await this.#link.send<number>('zrem', this.#keys.runs(tenantId), runId)) === 1;
  }

  /** Takes a run out that is not there. Answers the time of its creation, if it was listed. */
  async take(tenantId: string, runId: string): Promise<string | undefined> {
    const key = this.#keys.runs(tenantId);
    const [score] = await Promise.all([
      this.#link.send<string | null>('zscore', key, runId),
      this.#link.send('zrem', key, runId),
    ]);
    return score === null ? undefined : isoTime(Number(score));
  }

  /** `doubt` is told of those that are listed and not there. */
  async page(query: RunQuery, doubt: (key: RunKey) => void): Promise<RunPage> {
    const { tenantId, limit } = query;
    const place = parsePage(query.page);
    const before = { score: place ? String(place.createdAt) : '+inf', runId: place?.runId ?? '' };
    const runs: RunRecord[] = [];
    let last = '';
    for (let skip = 0; ;) {
      const found = await this.#link.send<string[]>(
        ...(['zrevrangebyscore', this.#keys.runs(tenantId), before.score, '-inf'] as const),
        ...(['WITHSCORES', 'LIMIT', skip, AT_ONCE] as const),
      );
      const places: { readonly runId: string; readonly score: string }[] = [];
      for (let at = 0; at < found.length; at += 2) places.push({ runId: found[at]!, score: found[at + 1]! });
      const wanted = places.filter(({ runId, score }) => score !== before.score || runId < before.runId);
      const records = await Promise.all(wanted.map(({ runId }) => this.#recordOf(tenantId, runId)));
      for (const [at, record] of records.entries()) {
        if (!record) doubt(runKey(tenantId, wanted[at]!.runId));
        if (!record || !recordMatches(record, query)) continue;
        if (runs.length === limit) return { runs, next: last };
        runs.push(record);
        last = `${wanted[at]!.score}-${record.runId}`;
      }
      if (places.length < AT_ONCE) return { runs };
      // Runs that went meanwhile move the others up; those seen twice are told by the position, so it moves instead.
      const end = places.at(-1)!;
      if (end.score === before.score) skip += places.length;
      else skip = 0;
      Object.assign(before, end);
    }
  }

  async #recordOf(tenantId: string, runId: string): Promise<RunRecord | undefined> {
    const [head] = this.#keys.ofRun(runKey(tenantId, runId));
    return recordOf(await this.#link.send<(string | null)[]>('hmget', head, ...RECORD_FIELDS));
  }
}
