import type { Batch, RunChange, RunKey } from '../backend.ts';

/** Kept of one run at the most, and in bytes of all together; a run's newest batch stays whatever its size. */
const MOST_EVENTS = 256;
const MOST_BYTES = 1_048_576;
const MOST_OF_ALL = 33_554_432;

/** The newest batches of one run, each behind the one before. */
interface Outbox {
  readonly batches: Kept[];
  events: number;
  bytes: number;
  /** What its record was told last. */
  change: RunChange | undefined;
}

interface Kept {
  readonly batch: Batch;
  readonly bytes: number;
}

/**
 * What was acknowledged last, by run, for a store that may lose it again: a replica takes over that was behind, or a
 * file is read back without its end. Memory: 256 events or 1 MiB of a run, 32 MiB of all; the run that was written
 * longest ago goes first.
 */
export class Outboxes {
  readonly #ofRun = new Map<RunKey, Outbox>();
  #bytes = 0;

  /** Notes a batch that was acknowledged; one that was noted before changes nothing. */
  add(key: RunKey, batch: Batch): void {
    let box = this.#ofRun.get(key);
    if (box) {
      const tip = lastOf(box);
      if (batch.after < tip && batch.after + batch.entries.length <= tip) return;
      this.#ofRun.delete(key);
      if (batch.after !== tip) this.#empty(box);
    }
    box ??= { batches: [], events: 0, bytes: 0, change: undefined };
    this.#ofRun.set(key, box);
    let bytes = 0;
    for (const entry of batch.entries) bytes += entry.bytes;
    box.batches.push({ batch, bytes });
    box.events += batch.entries.length;
    box.bytes += bytes;
    this.#bytes += bytes;
    while ((box.events > MOST_EVENTS || box.bytes > MOST_BYTES) && box.batches.length > 1) this.#shift(box);
    while (this.#bytes > MOST_OF_ALL && this.#ofRun.size > 1) this.drop(this.#ofRun.keys().next().value!);
  }

  /** The batches behind an event, oldest first; `undefined` where not all of them are kept. */
  after(key: RunKey, seq: number): readonly Batch[] | undefined {
    const batches = this.#ofRun.get(key)?.batches;
    const first = batches?.findIndex(({ batch }) => batch.after === seq) ?? -1;
    return first < 0 ? undefined : batches!.slice(first).map(({ batch }) => batch);
  }

  /** Notes a change of the record of a run, if some of its batches are kept. */
  note(key: RunKey, change: RunChange): void {
    const box = this.#ofRun.get(key);
    if (box) box.change = { ...box.change, ...change };
  }

  change(key: RunKey): RunChange | undefined {
    return this.#ofRun.get(key)?.change;
  }

  /** The newest event that was acknowledged, as far as it is known. */
  tip(key: RunKey): number | undefined {
    const box = this.#ofRun.get(key);
    return box && lastOf(box);
  }

  get keys(): readonly RunKey[] {
    return [...this.#ofRun.keys()];
  }

  drop(key: RunKey): void {
    const box = this.#ofRun.get(key);
    if (!box) return;
    this.#ofRun.delete(key);
    this.#empty(box);
  }

  #empty(box: Outbox): void {
    while (box.batches.length > 0) this.#shift(box);
  }

  #shift(box: Outbox): void {
    const { batch, bytes } = box.batches.shift()!;
    box.events -= batch.entries.length;
    box.bytes -= bytes;
    this.#bytes -= bytes;
  }
}

function lastOf({ batches }: Outbox): number {
  const { batch } = batches.at(-1)!;
  return batch.after + batch.entries.length;
}
