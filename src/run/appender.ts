import { SluiceError } from '../errors/sluice-error.ts';
import { parseEventInput } from '../event/parse-event.ts';
import type { Proposal } from '../event/proposal.ts';
import { keyDigest, type AppendKeys, type Told } from './append-keys.ts';
import { allOf, answerOf, atIndex, repeatedAnswer, type RunStand } from './batch-answer.ts';
import { awaited } from './context.ts';
import type { Appended, AppendEvent, AppendOptions } from './append-event.ts';
import { proposalOf, type EmitterRules } from './emitter.ts';
import type { RunActor } from './run.ts';
import { lengthOf, timeIn } from './run-time.ts';
import { takeable } from './takeable.ts';

export type { Appended, AppendEvent, AppendOptions } from './append-event.ts';

const LARGEST_BATCH = 1_000;
/** Events that are left for the next batch at the most; where it would be more, the run itself holds text back. */
const MOST_OPEN = 512;
/** Keys that a run remembers while it lives, and for some time after its end. */
export const LIVING_KEYS = 10 * LARGEST_BATCH;
export const ENDED_KEYS = LARGEST_BATCH;

/**
 * Takes batches for one run that has no agent. Memory: the newest 10,000 keys while the run lives, the newest 1,000
 * after {@link retire}.
 */
export class Appender {
  readonly epoch: string;
  readonly #runId: string;
  readonly #rules: EmitterRules;
  readonly #keys: AppendKeys;
  #actor: RunActor | undefined;
  /** Reads the keys of those who had the run before. */
  #load: (() => Promise<void>) | undefined;
  #loading: Promise<void> | undefined;
  #hasEnded = false;
  #atEnd = { cursor: '', cancelRequested: false };

  constructor(actor: RunActor, rules: EmitterRules) {
    const { runId, epoch } = actor.parts.identity;
    this.epoch = epoch;
    this.#runId = runId;
    this.#rules = rules;
    this.#actor = actor;
    const { keys, load } = actor.parts.outside!;
    this.#keys = keys;
    this.#load = load;
  }

  /** How many keys it holds. */
  get size(): number {
    return this.#keys.size;
  }

  /**
   * Checks the whole batch, then writes it; events whose key the run has seen are not written again. See
   * `RunWriter.append`.
   */
  async append(batch: readonly AppendEvent[], { flush }: AppendOptions = {}): Promise<Appended> {
    checkBatch(batch);
    if (this.#load) await this.#loaded(this.#load);
    const actor = this.#actor;
    if (!actor || actor.isEnding) return this.#repeated(batch);
    const possession = actor.possession!;
    const checked = this.#check(batch, actor);
    if (
      possession.canRegain &&
      checked.every(({ key }) => key !== undefined && this.#keys.get(key) !== undefined)
    ) {
      // Nothing of it will be written, and yet whoever watches over silence is to hear of it.
      await possession.claim();
      if (actor.isEnding) return this.#repeated(batch);
    }
    this.#checkRoom(checked, actor);
    possession.heard();
    const taken = flush ? checked : this.#takeable(checked, actor);
    const told = this.#write(taken, actor);
    if (flush) actor.pipe.put({ type: 'flush', data: {}, at: 0, size: 0, fact: true, flush });
    const outcomes = await allOf(told);
    if (flush) await actor.pipe.drained();
    // Those behind one that was left out are stored as well, and known by their keys when they come again.
    const open = taken.indexOf(undefined);
    return answerOf(this.#runId, open < 0 ? outcomes : outcomes.slice(0, open), this.#now());
  }

  /** What cannot be read now is read with the next batch. */
  #loaded(load: () => Promise<void>): Promise<void> {
    return (this.#loading ??= load()
      .then(() => (this.#load = undefined))
      .finally(() => (this.#loading = undefined)));
  }

  /** The end is stored, and not only this process that lost the run. */
  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  /** The run has ended: lets go of it, and answers repeated batches alone. */
  retire(): void {
    if (!this.#actor) return;
    this.#atEnd = this.#now();
    this.#hasEnded = this.#actor.window.newest?.final === true || !this.#actor.possession!.canRegain;
    this.#keys.keepNewest(ENDED_KEYS);
    this.#actor = undefined;
  }

  #check(batch: readonly AppendEvent[], actor: RunActor): readonly Checked[] {
    const limit = largestBatch(actor.parts.settings.mailbox);
    if (batch.length > limit) throw tooMany(batch.length, limit);
    const { events, eventBytes } = this.#rules;
    const { startedAt: since } = actor.parts.identity;
    const times = since === undefined ? undefined : { since, now: this.#rules.now() };
    const options = { ends: { durationMs: lengthOf(actor) }, times, limit: eventBytes };
    const isStored = actor.parts.outside!.isLasting;
    let end: string | undefined;
    return batch.map((event, index) => {
      try {
        if (end !== undefined) throw behindEnd(end);
        const input = parseEventInput(event, events, options);
        const { type, data, size, final = false } = input;
        if (final) end = type;
        const key = input.key === undefined ? undefined : keyDigest(input.key);
        const proposal = proposalOf(this.#rules, { at: timeIn(actor.parts), ...input, type, data, size });
        return { key, final, proposal: isStored && key !== undefined ? { ...proposal, key } : proposal };
      } catch (error) {
        throw atIndex(error, index);
      }
    });
  }

  /** All or nothing: a batch is not begun where its rest would be refused. */
  #checkRoom(checked: readonly Checked[], actor: RunActor): void {
    const { bytes: limit } = actor.parts.settings.mailbox;
    const fresh = checked.filter(({ key, final }) => !final && !(key !== undefined && this.#keys.get(key)));
    const bytes = fresh.reduce((sum, { proposal }) => sum + proposal.size, 0);
    if (fresh.length > 1 && bytes > limit) throw tooLarge(limit);
    actor.pipe.checkRoom(fresh.length, bytes);
  }

  /** Those at whose end no text is held back. What was written before is not asked about again. */
  #takeable(checked: readonly Checked[], actor: RunActor): readonly (Checked | undefined)[] {
    if (checked.at(-1)?.final) return checked;
    const fresh = checked.filter(({ key }) => key === undefined || !this.#keys.get(key));
    const { services, settings } = actor.parts;
    const mostOpen = Math.min(MOST_OPEN, largestBatch(settings.mailbox) - 1);
    // What overtakes the text comes again with it, and nobody would know it without a key.
    const isWhole = fresh.some(({ key }) => key === undefined);
    const taken = takeable(
      fresh.map(({ proposal }) => proposal),
      services.secrets,
      { mostOpen, isWhole },
    );
    const open = taken.indexOf(undefined);
    if (open < 0 || checked.length - checked.indexOf(fresh[open]!) > mostOpen) return checked;
    let next = 0;
    return checked.map(event => {
      if (event !== fresh[next]) return event;
      const proposal = taken[next++];
      return proposal && { ...event, proposal };
    });
  }

  #write(taken: readonly (Checked | undefined)[], actor: RunActor): readonly Told[] {
    const told: Told[] = [];
    for (const event of taken) {
      if (!event) continue;
      const { key, final, proposal } = event;
      const known = key === undefined ? undefined : this.#keys.get(key);
      if (known) {
        told.push(known);
        continue;
      }
      try {
        const outcome = awaited(proposal, wanted =>
          final ? actor.end.endAs(wanted) : actor.pipe.put(wanted),
        );
        if (key !== undefined) this.#keys.add(key, outcome);
        told.push(outcome);
      } catch (error) {
        // A subscriber that heard the events before has filled the mailbox.
        if (told.length === 0) throw error;
        break;
      }
    }
    return told;
  }

  #repeated(batch: readonly AppendEvent[]): Promise<Appended> {
    return repeatedAnswer(this.#runId, batch, { keys: this.#keys, stand: this.#now() });
  }

  #now(): RunStand {
    const actor = this.#actor;
    if (!actor) return this.#atEnd;
    return { cursor: actor.cursor, cancelRequested: actor.stopping.stop !== undefined };
  }
}

/** Events in one batch at the most: one that cannot wait in the mailbox could never be taken as a whole. */
export function largestBatch({ events }: { readonly events: number }): number {
  return Math.min(LARGEST_BATCH, events);
}

/** An event of a batch that may be written. */
interface Checked {
  readonly key: string | undefined;
  readonly final: boolean;
  readonly proposal: Proposal;
}

function checkBatch(batch: unknown): void {
  if (Array.isArray(batch)) return;
  throw new SluiceError('BAD_OPTION', `append: events: expected an array, got ${typeof batch}.`);
}

function tooMany(count: number, limit: number): SluiceError {
  return new SluiceError(
    'BAD_OPTION',
    `append: expected at most ${limit} events in a batch, got ${count}. Send several batches, one after the other.`,
    { details: { limit } },
  );
}

function tooLarge(limit: number): SluiceError {
  return new SluiceError(
    'EVENT_TOO_LARGE',
    `append: expected a batch of at most ${limit} characters. Send several batches, one after the other.`,
    { details: { limit } },
  );
}

function behindEnd(type: string): SluiceError {
  return new SluiceError('BAD_EVENT', `event: it stands behind ${type}, which ends the run.`);
}
