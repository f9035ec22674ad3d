import type { Clock } from '../../time/clock.ts';
import { withJitter } from '../../time/new-id.ts';
import type { RunStatus } from '../../event/run-event.ts';
import type { RunKey } from '../backend.ts';
import type { RedisHub } from './redis-hub.ts';
import type { RedisKeys } from './redis-keys.ts';
import type { RedisLink } from './redis-link.ts';
import { reasonOf } from './redis-error.ts';
import type { RedisTrouble } from './redis-options.ts';
import type { IdempotencyKeys } from './idempotency-keys.ts';
import type { RunIndex } from './run-index.ts';
import type { RunNewsFeed } from './run-news-feed.ts';
import { ERASE } from './scripts/erase.ts';
import { UNLIST } from './scripts/index-run.ts';
import { KEEP } from './scripts/keep.ts';
import { DUE_VISITS, PLAN_VISIT, VISIT } from './scripts/visit.ts';

/** What an expiry sweep is made of. */
export interface ExpiryParts {
  readonly link: RedisLink;
  readonly keys: RedisKeys;
  readonly clock: Clock;
  readonly index: RunIndex;
  readonly repeats: IdempotencyKeys;
  readonly hub: RedisHub;
  readonly news: RunNewsFeed;
  readonly every: number;
  readonly onTrouble: (trouble: RedisTrouble) => void;
}

const LIVE: ReadonlySet<string> = new Set<RunStatus>(['accepted', 'running', 'waiting']);
/** Runs visited in one write. */
const AT_ONCE = 100;
/** Milliseconds until a run that is listed and not there is visited: longer than it takes to create one. */
export const PATIENCE = 60_000;

/**
 * How runs go. Each is visited when its time may be over, by any instance: what was touched since is visited later,
 * what an instance that lives has at work stays, the rest is erased and told. Where no instance runs, the keys expire
 * by themselves, later. What leads to a run that Redis lost, or that was never created, goes when the time of that run
 * is over, or a minute after a list came upon it. What is due says the clock of Redis.
 */
export class ExpirySweep {
  readonly #parts: ExpiryParts;
  #stop: (() => void) | undefined;

  constructor(parts: ExpiryParts) {
    this.#parts = parts;
  }

  start(): void {
    const { clock, every, link } = this.#parts;
    if (link.closed) return;
    const ring = (): void => {
      void this.#sweep().then(() => this.start());
    };
    this.#stop = clock.alarm(withJitter(every * 0.8, 0.25), ring, true);
  }

  close(): void {
    this.#stop?.();
  }

  /** `life`: how long the list of visits must stay at least, in milliseconds. */
  async visitIn(delay: number, key: RunKey, life: number): Promise<void> {
    const { link, keys } = this.#parts;
    await link.run(PLAN_VISIT, [keys.due], [delay, key, life]);
  }

  /** A list led to a run that is not there: it is being created just now, or what leads to it is all there is. */
  async doubt(key: RunKey): Promise<void> {
    const { link, keys } = this.#parts;
    await link.run(PLAN_VISIT, [keys.due], [PATIENCE, key, 2 * PATIENCE, 'LT']);
  }

  /** Erases a run and all that leads to it; with `touched` only if nothing happened to it since. */
  async erase(key: RunKey, touched = ''): Promise<boolean> {
    const { link, keys, index, repeats, hub, news } = this.#parts;
    const found = await link.run<[string, string, string] | null>(ERASE, keys.ofRun(key), [
      touched,
      keys.channel(key),
    ]);
    if (!found && touched !== '') return false;
    const [tenantId, runId] = key.split('/') as [string, string];
    const [repeat, nonce, owner] = found ?? ['', '', ''];
    const [isListed] = await Promise.all([
      index.remove(tenantId, runId),
      link.send('zrem', keys.due, key),
      repeat && repeats.settle(repeat, nonce, false),
      owner && link.send('zrem', keys.owned(owner), key),
    ]);
    if (found || isListed) await news.tell({ news: 'removed', tenantId, runId });
    hub.ring(key);
    return found !== null;
  }

  async #sweep(): Promise<void> {
    const { link, keys, news, onTrouble } = this.#parts;
    try {
      for (;;) {
        const due = await link.run<string[]>(DUE_VISITS, [keys.due], [AT_ONCE]);
        const visits: Promise<void>[] = [];
        for (let at = 0; at < due.length; at += 2) visits.push(this.#visit(due[at] as RunKey, due[at + 1]!));
        await Promise.all(visits);
        if (visits.length < AT_ONCE) break;
      }
      news.look();
    } catch (error) {
      if (link.closed) return;
      const message = `redis backend: runs that expired could not be removed: ${reasonOf(error)}. Tried again.`;
      onTrouble({ trouble: 'sweep', message });
    }
  }

  /** `planned`: for when, as it is listed. */
  async #visit(key: RunKey, planned: string): Promise<void> {
    const { link, keys, index } = this.#parts;
    const [head] = keys.ofRun(key);
    const fields = ['ttl', 'px', '.status', 'c', 'o', 'ik', 'j'] as const;
    const found = await link.run<(string | null)[] | null>(VISIT, [head], fields);
    const [age, touched, ttl, life, status, end, owner, repeat, fixed] = found ?? [];
    if (!age || !touched || !ttl || !life || !status || !fixed) {
      await this.#strike(key, planned);
      return;
    }
    const left = Number(ttl) - Number(age);
    const isLive = LIVE.has(JSON.parse(status) as string) && end === null && owner;
    const isKept = left <= 0 && isLive && (await link.send<number>('exists', keys.lease(owner))) === 1;
    if (left <= 0 && !isKept) {
      await this.erase(key, touched);
      return;
    }
    if (isKept) await link.run(KEEP, keys.ofRun(key), []);
    // Whatever leads to the run lives as long as it does.
    const { createdAt } = JSON.parse(fixed) as { readonly createdAt: string };
    const [tenantId, runId] = key.split('/') as [string, string];
    await Promise.all([
      this.visitIn(isKept ? Number(ttl) : left, key, Number(life)),
      index.add({ tenantId, runId, createdAt }, Number(life)),
      repeat && link.send('pexpire', repeat, life),
    ]);
  }

  /** Strikes out what leads to a run that was never created, or expired by itself. */
  async #strike(key: RunKey, planned: string): Promise<void> {
    const { link, keys, index, hub, news } = this.#parts;
    const [tenantId, runId] = key.split('/') as [string, string];
    // In this order: whoever creates the run just now writes them the other way round.
    const place = await index.take(tenantId, runId);
    const isStruck = (await link.run<number>(UNLIST, [keys.due], [key, planned])) === 1;
    // Unless another instance has just struck it out.
    if (!isStruck && (await link.send<string | null>('zscore', keys.due, key)) !== null) {
      // A visit knows for how long it is to be listed.
      await this.doubt(key);
      if (place) await index.add({ tenantId, runId, createdAt: place }, 2 * PATIENCE);
      return;
    }
    if (place) await news.tell({ news: 'removed', tenantId, runId });
    hub.ring(key);
  }
}
