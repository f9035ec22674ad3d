import type { Clock } from '../../time/clock.ts';
import { fullJitter } from '../../time/full-jitter.ts';
import type {
  AppendResult,
  Batch,
  Directory,
  Log,
  LogQuery,
  ReadResult,
  RunChange,
  RunKey,
  RunRecord,
} from '../backend.ts';
import { Outboxes } from './outboxes.ts';
import type { RedisLink } from './redis-link.ts';

/**
 * Milliseconds after a connection was made anew in which a reader is not yet told that what it saw is lost: the writer
 * has a connection to make too, and may have it all. The longest wait before one is made is 2 s.
 */
const GRACE = 5_000;
/** Milliseconds between two looks of such a reader; the longest wait before what failed is looked over again. */
const LOOK_EVERY = 100;
const LONGEST_WAIT = 1_000;
/** Logs looked over in one write. */
const AT_ONCE = 256;
/** A store that forgets again and again is not healed for ever. */
const MOST_HEALINGS = 3;

/** What a healing log is made of. */
export interface HealingParts {
  readonly log: Log;
  readonly directory: Pick<Directory, 'get' | 'update'>;
  readonly link: RedisLink;
  readonly clock: Clock;
}

/**
 * A log of which Redis may lose the newest events that it acknowledged. The process that wrote them still has them, and
 * sends them again: with the append that is told `gap`, and at once when its connection was made anew. They come out the
 * same, number by number and hash by hash, so that who saw them sees no difference. Readers wait for that a moment. What
 * was last said of a run in its record is said again too.
 *
 * Where the writer is gone as well, or has less than was lost, the truth is told: `reset` to readers, `gap` to a writer.
 */
export class HealingLog implements Log {
  readonly #parts: HealingParts;
  readonly #outboxes = new Outboxes();
  readonly #stopReconnected: () => void;
  #isLooking = false;
  #again = false;

  constructor(parts: HealingParts) {
    this.#parts = parts;
    this.#stopReconnected = parts.link.onReconnected(() => this.#look());
  }

  async append(key: RunKey, batch: Batch): Promise<AppendResult> {
    const { log } = this.#parts;
    for (let healings = 0; ; healings++) {
      const answer = await log.append(key, batch);
      if (answer.result === 'ok' || answer.result === 'duplicate') {
        this.#outboxes.add(key, batch);
        return answer;
      }
      if (answer.result !== 'gap' || answer.expected >= batch.after || healings === MOST_HEALINGS)
        return answer;
      const refusal = await this.#heal(key, answer.expected, batch.fence);
      if (refusal === 'short') return answer;
      // It lost some again meanwhile.
      if (refusal && refusal.result !== 'gap') return refusal;
    }
  }

  async read(key: RunKey, query: LogQuery): Promise<ReadResult> {
    const { log, link, clock } = this.#parts;
    let answer = await log.read(key, query);
    while (isLoss(answer) && clock.now() < link.reconnectedAt + GRACE) {
      await this.#pause(LOOK_EVERY);
      answer = await log.read(key, query);
    }
    return answer;
  }

  watch(key: RunKey, ring: () => void): () => void {
    return this.#parts.log.watch(key, ring);
  }

  async trim(key: RunKey, seq: number): Promise<void> {
    await this.#parts.log.trim(key, seq);
  }

  /** The record of a run was told this. */
  changed(key: RunKey, change: RunChange): void {
    this.#outboxes.note(key, change);
  }

  close(): void {
    this.#stopReconnected();
  }

  /** Sends again what follows an event. Tells what stood against it: `short` if not all of it is kept. */
  async #heal(
    key: RunKey,
    seq: number,
    fence: string | undefined,
  ): Promise<AppendResult | 'short' | undefined> {
    const batches = this.#outboxes.after(key, seq);
    if (!batches) return 'short';
    for (const batch of batches) {
      const answer = await this.#parts.log.append(key, {
        ...batch,
        ...(fence !== undefined && { fence }),
        // The end was acknowledged before any cancel that waits by now, which must not change it.
        ...(batch.end && { end: 'cancelled' }),
      });
      if (answer.result !== 'ok' && answer.result !== 'duplicate') return answer;
    }
    return undefined;
  }

  /** Looks over everything that may have been lost, until it was. */
  #look(): void {
    this.#again = true;
    if (!this.#isLooking) void this.#lookOver();
  }

  async #lookOver(): Promise<void> {
    this.#isLooking = true;
    for (
      let wait = LOOK_EVERY;
      this.#again && !this.#parts.link.closed;
      wait = Math.min(wait * 2, LONGEST_WAIT)
    ) {
      this.#again = false;
      const { keys } = this.#outboxes;
      try {
        for (let from = 0; from < keys.length; from += AT_ONCE)
          await Promise.all(keys.slice(from, from + AT_ONCE).map(key => this.#lookAt(key)));
      } catch {
        // It went away again, or does not take writes yet.
        this.#again = true;
        await this.#pause(fullJitter(wait));
      }
    }
    this.#isLooking = false;
  }

  async #lookAt(key: RunKey): Promise<void> {
    const stored = await this.#parts.log.read(key, { after: 0, limit: 0 });
    const tip = this.#outboxes.tip(key);
    if (tip === undefined) return;
    // No run any more, or another one's, or one that was written since: nothing to send again.
    if (stored.result !== 'page' || stored.tip > tip) return this.#outboxes.drop(key);
    if (stored.tip < tip && (await this.#heal(key, stored.tip, undefined))) return this.#outboxes.drop(key);
    const change = this.#outboxes.change(key);
    if (!change) return;
    const { directory } = this.#parts;
    const record = await directory.get(key);
    if (record && !says(record, change)) await directory.update(key, change);
  }

  #pause(ms: number): Promise<void> {
    return new Promise(resolve => this.#parts.clock.alarm(ms, resolve, true));
  }
}

/** Whether a reader has seen what is not there. */
function isLoss(answer: ReadResult): boolean {
  return answer.result === 'reset' && answer.reason !== 'epoch';
}

function says(record: RunRecord, change: RunChange): boolean {
  return Object.entries(change).every(
    ([name, value]) => JSON.stringify(record[name as keyof RunChange]) === JSON.stringify(value),
  );
}
