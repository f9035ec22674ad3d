import { isSluiceError, SluiceError } from '../errors/sluice-error.ts';
import type { JsonObject } from '../event/json.ts';
import { parseEventInput, type EnvelopeInput } from '../event/parse-event.ts';
import type { Outcome, Proposal } from '../event/proposal.ts';
import { AppendKeys, type Told } from './append-keys.ts';
import { awaited } from './context.ts';
import { proposalOf, type EmitterRules } from './emitter.ts';
import { runEnded, type RunActor } from './run.ts';
import { takeable } from './takeable.ts';

/** An event as a producer appends it. */
export interface AppendEvent extends EnvelopeInput {
  /** What an agent may emit, or an end: `complete`, `error` (unless `recoverable: true`), `cancelled`. */
  readonly type: string;
  readonly data?: JsonObject;
  /** 1 to 256 characters of the producer's own: the same key twice is one event. */
  readonly key?: string;
}

/** What became of a batch. */
export interface Appended {
  /**
   * So many of the batch, from its first on, are done with; what follows is to be sent again, ahead of what is new. It
   * ends in text that may become part of a secret, which what comes next decides.
   */
  readonly accepted: number;
  /** The lowest seq of those; absent if none was stored, since all were left out by `record`. */
  readonly first?: number;
  readonly last?: number;
  /** Of the event `last`, or of the run's newest event if there is none. */
  readonly cursor: string;
  /** Somebody asked the run to stop: end it soon. It is recorded as `cancelled`, whatever end is appended. */
  readonly cancelRequested: boolean;
}

/** How a batch is appended. */
export interface AppendOptions {
  /** Takes text that may still become part of a secret, too: nothing follows it. */
  readonly flush?: boolean | undefined;
}

const LARGEST_BATCH = 1_000;
/** Events that are left for the next batch at the most; where it would be more, the run itself holds text back. */
const MOST_OPEN = 512;
/** Keys that a run remembers while it lives, and for some time after its end. */
const LIVING_KEYS = 10 * LARGEST_BATCH;
const ENDED_KEYS = LARGEST_BATCH;

/**
 * Takes batches for one run that has no agent. Memory: the newest 10,000 keys while the run lives, the newest 1,000
 * after {@link retire}.
 */
export class Appender {
  readonly epoch: string;
  readonly #runId: string;
  readonly #rules: EmitterRules;
  readonly #keys = new AppendKeys(LIVING_KEYS);
  #actor: RunActor | undefined;
  #atEnd = { cursor: '', cancelRequested: false };

  constructor(actor: RunActor, rules: EmitterRules) {
    const { runId, epoch } = actor.parts.identity;
    this.epoch = epoch;
    this.#runId = runId;
    this.#rules = rules;
    this.#actor = actor;
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
    const actor = this.#actor;
    if (!actor || actor.isEnding) return this.#repeated(batch);
    const checked = this.#check(batch, actor);
    this.#checkRoom(checked, actor);
    actor.heard();
    const told = this.#write(flush ? checked : this.#takeable(checked, actor), actor);
    if (flush) actor.pipe.put({ type: 'flush', data: {}, at: 0, size: 0, fact: true, flush });
    const outcomes = await all(told);
    if (flush) await actor.pipe.drained();
    return this.#answer(outcomes);
  }

  /** The run has ended: lets go of it, and answers repeated batches alone. */
  retire(): void {
    if (!this.#actor) return;
    this.#atEnd = this.#now();
    this.#keys.keepNewest(ENDED_KEYS);
    this.#actor = undefined;
  }

  #check(batch: readonly AppendEvent[], actor: RunActor): readonly Checked[] {
    const limit = largestBatch(actor.parts.settings.mailbox);
    if (batch.length > limit) throw tooMany(batch.length, limit);
    const { events, eventBytes } = this.#rules;
    const options = { ends: { durationMs: actor.age }, limit: eventBytes };
    let end: string | undefined;
    return batch.map((event, index) => {
      try {
        if (end !== undefined) throw behindEnd(end);
        const input = parseEventInput(event, events, options);
        const { type, data, size, key, final = false } = input;
        if (final) end = type;
        return { key, final, proposal: proposalOf(this.#rules, { ...input, type, data, size }) };
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
  #takeable(checked: readonly Checked[], actor: RunActor): readonly Checked[] {
    if (checked.at(-1)?.final) return checked;
    const fresh = checked.filter(({ key }) => key === undefined || !this.#keys.get(key));
    const { services, settings } = actor.parts;
    const mostOpen = Math.min(MOST_OPEN, largestBatch(settings.mailbox) - 1);
    const taken = takeable(
      fresh.map(({ proposal }) => proposal),
      services.secrets,
      mostOpen,
    );
    const end = taken.length < fresh.length ? checked.indexOf(fresh[taken.length]!) : checked.length;
    let next = 0;
    return checked
      .slice(0, end)
      .map(event => (event === fresh[next] ? { ...event, proposal: taken[next++]! } : event));
  }

  #write(checked: readonly Checked[], actor: RunActor): readonly Told[] {
    const told: Told[] = [];
    for (const { key, final, proposal } of checked) {
      const known = key === undefined ? undefined : this.#keys.get(key);
      if (known) {
        told.push(known);
        continue;
      }
      try {
        const outcome = awaited(proposal, wanted => (final ? actor.endAs(wanted) : actor.pipe.put(wanted)));
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

  async #repeated(batch: readonly AppendEvent[]): Promise<Appended> {
    if (batch.length === 0) throw runEnded(this.#runId);
    const told = batch.map((event, index) => {
      const key: unknown = (event as AppendEvent | null)?.key;
      const known = typeof key === 'string' ? this.#keys.get(key) : undefined;
      if (!known) throw atIndex(runEnded(this.#runId), index);
      return known;
    });
    return this.#answer(await all(told));
  }

  #answer(outcomes: readonly Outcome[]): Appended {
    const open = outcomes.findIndex(({ outcome }) => outcome === 'ended');
    const done = open < 0 ? outcomes : outcomes.slice(0, open);
    if (done.length === 0 && outcomes[0]?.outcome === 'ended') throw runEnded(this.#runId);
    let first: Stored | undefined;
    let last: Stored | undefined;
    for (const outcome of done) {
      if (outcome.outcome !== 'stored') continue;
      if (!first || outcome.seq < first.seq) first = outcome;
      if (!last || outcome.seq > last.seq) last = outcome;
    }
    const now = this.#now();
    return {
      accepted: done.length,
      ...(first && last && { first: first.seq, last: last.seq }),
      ...now,
      ...(last && { cursor: last.cursor }),
    };
  }

  #now(): { readonly cursor: string; readonly cancelRequested: boolean } {
    const actor = this.#actor;
    if (!actor) return this.#atEnd;
    return { cursor: actor.cursor, cancelRequested: actor.stop !== undefined };
  }
}

async function all(told: readonly Told[]): Promise<Outcome[]> {
  return Promise.all(told.map(async outcome => outcome));
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

type Stored = Extract<Outcome, { outcome: 'stored' }>;

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

/** The same error, which also says which event of the batch it is about. */
function atIndex(error: unknown, index: number): unknown {
  if (!isSluiceError(error)) return error;
  const { code, message, runId, details } = error;
  return new SluiceError(code, `events[${index}]: ${message}`, {
    runId,
    cause: error,
    details: { ...details, index },
  });
}
