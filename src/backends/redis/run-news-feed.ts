import { runKey, type RunKey, type RunNews, type RunRecord } from '../backend.ts';
import { Listeners } from '../listeners.ts';
import type { RedisKeys } from './redis-keys.ts';
import type { RedisLink } from './redis-link.ts';

/** News that are kept for whoever missed a hint; older ones go. */
const KEPT = 1_000;
/** The longest record that is written into the news; of longer ones the reader fetches what they are then. */
const LONGEST = 4_096;
/** An hour; longer than any instance is away and still goes on from where it was. */
const LIFE = 3_600_000;

type NewsEntry = readonly [id: string, fields: readonly string[]];

/**
 * What became of records, for all instances: a stream says it, a message hints at it. One that watches reads on from
 * the newest news of when it began.
 */
export class RunNewsFeed {
  readonly #link: RedisLink;
  readonly #keys: RedisKeys;
  readonly #recordOf: (key: RunKey) => Promise<RunRecord | undefined>;
  readonly #listeners = new Listeners<RunNews>();
  readonly #stopRestored: () => void;
  #stop: (() => void) | undefined;
  /** The newest news that was told; a promise while it is being asked for. */
  #after: Promise<string> | undefined;
  #isReading = false;
  #again = false;

  constructor(link: RedisLink, keys: RedisKeys, recordOf: (key: RunKey) => Promise<RunRecord | undefined>) {
    this.#link = link;
    this.#keys = keys;
    this.#recordOf = recordOf;
    this.#stopRestored = link.onRestored(() => this.look());
  }

  async tell(news: RunNews): Promise<void> {
    const { news: what } = news;
    const { tenantId, runId } = what === 'removed' ? news : news.record;
    const text = what === 'removed' ? '' : JSON.stringify(news.record);
    const record = text.length > LONGEST ? '' : text;
    const channel = this.#keys.news;
    await Promise.all([
      this.#link.send(
        ...(['xadd', channel, 'MAXLEN', '~', KEPT, '*'] as const),
        ...(['n', what, 't', tenantId, 'r', runId, 'd', record] as const),
      ),
      this.#link.send('pexpire', channel, LIFE),
      // A hint alone: whoever misses it reads the stream at the next look.
      this.#link.send('publish', channel, '').catch(() => undefined),
    ]);
  }

  watch(tell: (news: RunNews) => void): () => void {
    const leave = this.#listeners.add(tell);
    if (!this.#stop) {
      this.#after = this.#newest();
      this.#stop = this.#link.listen(this.#keys.news, () => this.look());
    }
    return () => {
      leave();
      if (!this.#listeners.empty) return;
      this.#stop?.();
      this.#stop = undefined;
    };
  }

  /** Reads what is new, if anybody watches. */
  look(): void {
    if (!this.#stop) return;
    this.#again = true;
    if (!this.#isReading) void this.#readAll();
  }

  close(): void {
    this.#stopRestored();
    this.#stop?.();
    this.#stop = undefined;
  }

  async #newest(): Promise<string> {
    const found = await this.#link.send<NewsEntry[]>('xrevrange', this.#keys.news, '+', '-', 'COUNT', 1);
    return found[0]?.[0] ?? '0-0';
  }

  async #readAll(): Promise<void> {
    this.#isReading = true;
    try {
      while (this.#again && this.#stop) {
        this.#again = false;
        const after = await this.#after!;
        const found = await this.#link.send<NewsEntry[]>(
          'xrange',
          this.#keys.news,
          `(${after}`,
          '+',
          'COUNT',
          100,
        );
        for (const [id, fields] of found) {
          await this.#pass(fields);
          this.#after = Promise.resolve(id);
        }
        if (found.length > 0) this.#again = true;
      }
    } catch {
      // The next look comes: from the poll, a hint or a connection made anew.
      this.#after = this.#after?.catch(() => this.#newest());
      void this.#after?.catch(() => undefined);
    } finally {
      this.#isReading = false;
    }
  }

  async #pass(fields: readonly string[]): Promise<void> {
    const [, what, , tenantId, , runId, , text] = fields as [string, RunNews['news'], ...string[]];
    if (what === 'removed') return this.#listeners.tell({ news: what, tenantId: tenantId!, runId: runId! });
    const record = text ? (JSON.parse(text) as RunRecord) : await this.#recordOf(runKey(tenantId!, runId!));
    if (record) this.#listeners.tell({ news: what, record });
  }
}
