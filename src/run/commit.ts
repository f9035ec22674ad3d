import { isPromise } from '../backends/awaitable.ts';
import type { AppendResult } from '../backends/backend.ts';
import { SluiceError } from '../errors/sluice-error.ts';
import { chainNext, chainStart } from '../event/chain.ts';
import { encodeLine, keyedLine, keyOfLine } from '../event/codec.ts';
import { parseCursor } from '../event/cursor.ts';
import { Entry } from '../event/entry.ts';
import { PlainEvent } from '../event/plain-event.ts';
import type { Outcome, Proposal, Receipt } from '../event/proposal.ts';
import type { RunEvent } from '../event/run-event.ts';
import type { StepSink } from '../operators/step.ts';
import { isoTime } from '../time/iso-time.ts';
import type { EndType } from './lifecycle.ts';
import { runGone } from './lost-run.ts';
import type { RunIdentity, RunServices } from './run-parts.ts';
import type { Stop } from './stop.ts';
import type { TakenBack } from './take-back.ts';

/** What the end of the pipe asks and tells the run it belongs to. */
export interface CommitHost {
  /** Where and as whom it writes. */
  readonly parts: {
    readonly identity: RunIdentity;
    readonly services: Pick<RunServices, 'log' | 'isChained'>;
  };
  readonly end: {
    /** Says what the end is, at the moment it is taken: a cancel until then wins. */
    say(proposed: Proposal): Proposal;
    /** The log takes nothing any more. */
    lose(error: SluiceError): void;
  };
  readonly stopping: { request(stop: Stop): void };
  /** An event is stored; called once for each, in order. */
  deliver(event: RunEvent): void;
  readonly possession:
    | {
        /** Another process may have written the run, which this one may take back. */
        readonly canRegain: boolean;
        /** Takes the run back, behind an event. */
        regain(after: number, attempt: number): Promise<TakenBack>;
        /** Another process wrote the end. */
        endedElsewhere(final: RunEvent): void;
      }
    | undefined;
}

/**
 * The end of the pipe: gives each proposal its number and place in the chain, and appends what has come since the
 * last append as one group. Nothing is delivered before the log has acknowledged it. One append at a time.
 */
export class Commit implements StepSink<Proposal> {
  readonly #host: CommitHost;
  #seq = 0;
  #lastTime = 0;
  #hash: string;
  // A cursor is made for every event and lives as long as it does, and each part that it is joined from is one more
  // string for the collector to copy. So it is one join of what a hundred of them begin with and of what is left.
  #head = '';
  #hundred = Number.NaN;
  #cursor: string;
  #batches = 0;
  #owner = '';
  #entries: Entry[] | undefined;
  /** Sparse, by place in the group; absent while nobody waits, which is the rule. */
  #receipts: (Receipt | undefined)[] | undefined;
  #end: EndType | undefined;
  #final: Proposal | undefined;
  /** The cursor of the newest event that is stored. */
  #stored: string;
  #lost: SluiceError | undefined;
  #fence: string | undefined;
  #hasToClaim = false;
  /** What others appended under keys, of which some may still wait in the mailbox here. */
  #elsewhere: Map<string, Outcome> | undefined;
  /** Another process wrote the end: nothing can follow. */
  #isOver = false;

  constructor(host: CommitHost) {
    const { identity, services } = host.parts;
    this.#host = host;
    this.#fence = identity.fence;
    this.#lastTime = identity.startedAt ?? 0;
    this.#hash = services.isChained ? chainStart(identity.epoch) : '0';
    this.#cursor = this.#stored = `${identity.epoch}.0.${this.#hash}`;
  }

  /**
   * Goes on behind an event of another owner. What that one sent last may have the number of what this one sends, so
   * `name` tells their batches apart.
   */
  startAfter({ id, seq, time }: RunEvent, name: string): void {
    this.#lastTime = Date.parse(time);
    this.#owner = name;
    this.#stored = id;
    this.#standAt(seq, id);
  }

  /** The cursor of the newest event that was numbered. */
  get cursor(): string {
    return this.#cursor;
  }

  /** Lets this process write. */
  get fence(): string | undefined {
    return this.#fence;
  }

  /** The run is to be this process' own before the next append. */
  claim(): void {
    this.#hasToClaim = this.#host.possession?.canRegain ?? false;
  }

  next(proposal: Proposal): void {
    const { key } = proposal;
    const elsewhere = key === undefined ? undefined : this.#elsewhere?.get(key);
    if (elsewhere) return proposal.receipt?.settle(elsewhere);
    const { identity, services } = this.#host.parts;
    const { runId, tenantId } = identity;
    const { isChained } = services;
    const seq = this.#seq + 1;
    if (proposal.at > this.#lastTime) this.#lastTime = proposal.at;
    const event = new PlainEvent({
      runId,
      tenantId,
      seq,
      type: proposal.type as never,
      time: isoTime(this.#lastTime),
      data: proposal.data,
      source: proposal.source ?? 'agent',
    });
    if (proposal.node !== undefined) event.node = proposal.node;
    if (proposal.cause !== undefined) event.cause = proposal.cause;
    if (proposal.metadata !== undefined) event.metadata = proposal.metadata;
    if (proposal.final) {
      event.final = true;
      this.#end = proposal.type as EndType;
      this.#final = proposal;
    }
    let line = isChained || key !== undefined ? encodeLine(event) : undefined;
    if (key !== undefined) line = keyedLine(line!, key);
    if (isChained) this.#hash = chainNext(this.#hash, line!);
    this.#seq = seq;
    event.id = this.#cursor = this.#cursorOf(seq);
    // Everybody is given this very object, and its line may be written after they had it. What is inside of data was
    // frozen when it was copied.
    Object.freeze(event);
    Object.freeze(event.data);
    const entry = Entry.ofEvent(event, proposal.size, line);
    // A literal has room for one, which most groups are; a push into an empty array makes room for seventeen.
    if (this.#entries) this.#entries.push(entry);
    else this.#entries = [entry];
    if (proposal.receipt) (this.#receipts ??= [])[this.#entries.length - 1] = proposal.receipt;
  }

  complete(): void {
    // The final event is the end; nothing is held here.
  }

  /** Appends what was numbered since the last call; a promise only where the backend answers later. */
  flush(): void | Promise<void> {
    if (this.#hasToClaim) return this.#flushClaimed();
    const entries = this.#entries;
    if (!entries) return;
    const receipts = this.#receipts;
    this.#entries = this.#receipts = undefined;
    return this.#append(entries, receipts, 0);
  }

  #append(entries: readonly Entry[], receipts: Receipts, attempt: number): void | Promise<void> {
    if (this.#lost) return refuse(receipts, this.#lost);
    if (this.#isOver) return endAll(receipts);
    const { identity, services } = this.#host.parts;
    const after = this.#seq - entries.length;
    let answer;
    try {
      const batch = { id: this.#owner + ++this.#batches, after, entries, end: this.#end };
      answer = services.log.append(
        identity.key,
        this.#fence === undefined ? batch : { ...batch, fence: this.#fence },
      );
    } catch (cause) {
      return this.#lose(storageLost(identity.runId, cause), receipts);
    }
    if (!isPromise(answer)) return this.#settle(answer, entries, receipts, attempt);
    return answer
      .then(result => this.#settle(result, entries, receipts, attempt))
      .catch((cause: unknown) => this.#lose(storageLost(identity.runId, cause), receipts));
  }

  #settle(
    answer: AppendResult,
    entries: readonly Entry[],
    receipts: Receipts,
    attempt: number,
  ): void | Promise<void> {
    if (answer.result === 'cancelRequested') return this.#yieldTo(answer.reason, entries, receipts);
    if (answer.result !== 'ok' && answer.result !== 'duplicate') {
      if (this.#host.possession?.canRegain && isElsewhere(answer))
        return this.#regain(entries, receipts, attempt);
      return this.#lose(refusal(this.#host.parts.identity.runId, answer), receipts);
    }
    this.#stored = entries[entries.length - 1]!.cursor;
    for (let i = 0; i < entries.length; i++) {
      const entry = entries[i]!;
      this.#host.deliver(entry.event);
      receipts?.[i]?.settle({ outcome: 'stored', seq: entry.seq, cursor: entry.cursor });
    }
  }

  /** A cancel was recorded before this end: it is said instead, in the same place. */
  #yieldTo(reason: string | undefined, entries: readonly Entry[], receipts: Receipts): void | Promise<void> {
    const host = this.#host;
    this.#standAt(this.#seq - 1, entries.at(-2)?.cursor ?? this.#stored);
    host.stopping.request({ end: 'cancelled', reason });
    this.next(host.end.say(this.#final!));
    this.#entries = [...entries.slice(0, -1), ...this.#entries!];
    this.#receipts = receipts && [...receipts];
    return this.flush();
  }

  #flushClaimed(): void | Promise<void> {
    this.#hasToClaim = false;
    const entries = this.#entries ?? [];
    const receipts = this.#receipts;
    this.#entries = this.#receipts = undefined;
    if (this.#lost || this.#isOver) return this.#append(entries, receipts, 0);
    return this.#regain(entries, receipts, 0);
  }

  /**
   * Another process may have written meanwhile: takes the run, and says what is left to say behind what that one wrote.
   * What was appended there under the same key is not said again.
   */
  async #regain(entries: readonly Entry[], receipts: Receipts, attempt: number): Promise<void> {
    const { parts, possession } = this.#host;
    let taken: TakenBack;
    try {
      taken = await possession!.regain(parseCursor(this.#stored).seq, attempt);
    } catch (cause) {
      return this.#lose(storageLost(parts.identity.runId, cause), receipts);
    }
    const { claim, last, isClosed, keys } = taken;
    this.#fence = claim.fence;
    if (last) {
      this.#lastTime = Math.max(this.#lastTime, Date.parse(last.time));
      this.#stored = last.id;
    }
    this.#standAt(parseCursor(this.#stored).seq, this.#stored);
    this.#end = undefined;
    this.#learn(keys);
    for (const [at, entry] of entries.entries()) {
      const key = keyOfLine(entry.line);
      const receipt = receipts?.[at];
      const isKnown = key !== undefined && keys.has(key);
      if (isClosed && !isKnown) receipt?.settle({ outcome: 'ended' });
      else this.next(proposalOf(entry, key, receipt));
    }
    if (isClosed) {
      this.#isOver = true;
      if (last) possession!.endedElsewhere(last);
      return;
    }
    const [left, waiting] = [this.#entries, this.#receipts];
    this.#entries = this.#receipts = undefined;
    if (left) await this.#append(left, waiting, attempt + 1);
  }

  #learn(keys: ReadonlyMap<string, Outcome>): void {
    if (keys.size === 0) return;
    const known = (this.#elsewhere ??= new Map());
    for (const [key, stored] of keys) known.set(key, stored);
    for (const oldest of known.keys()) {
      if (known.size <= MOST_ELSEWHERE) break;
      known.delete(oldest);
    }
  }

  #standAt(seq: number, cursor: string): void {
    this.#seq = seq;
    this.#cursor = cursor;
    this.#hash = cursor.slice(cursor.lastIndexOf('.') + 1);
  }

  #cursorOf(seq: number): string {
    const hundred = Math.floor(seq / 100);
    if (hundred !== this.#hundred) {
      this.#hundred = hundred;
      this.#head = `${this.#host.parts.identity.epoch}.${hundred === 0 ? '' : hundred}`;
    }
    const rest = seq - hundred * 100;
    if (hundred === 0) return `${this.#head}${rest}.${this.#hash}`;
    return this.#head + (this.#hash === '0' ? UNCHAINED[rest]! : `${TWO_DIGITS[rest]!}.${this.#hash}`);
  }

  #lose(error: SluiceError, receipts: Receipts): void {
    this.#lost = error;
    refuse(receipts, error);
    this.#host.end.lose(error);
  }
}

const TWO_DIGITS = Array.from({ length: 100 }, (_, number) => String(number).padStart(2, '0'));
const UNCHAINED = TWO_DIGITS.map(digits => `${digits}.0`);

/** As many as a mailbox has room for. */
const MOST_ELSEWHERE = 10_000;

type Receipts = readonly (Receipt | undefined)[] | undefined;

function refuse(receipts: Receipts, error: SluiceError): void {
  receipts?.forEach(receipt => receipt?.fail(error));
}

function endAll(receipts: Receipts): void {
  receipts?.forEach(receipt => receipt?.settle({ outcome: 'ended' }));
}

/** Another writer's events stand where this batch should. */
function isElsewhere({ result }: AppendResult): boolean {
  return result === 'fenced' || result === 'gap' || result === 'closed';
}

/** What was numbered once, to be numbered anew. */
function proposalOf(entry: Entry, key: string | undefined, receipt: Receipt | undefined): Proposal {
  const { type, data, time, source, node, cause, metadata, final } = entry.event;
  return {
    ...{ type, data, at: Date.parse(time), size: entry.bytes },
    ...{ source, node, cause, metadata, final, fact: true, receipt, key },
  };
}

function storageLost(runId: string, cause: unknown): SluiceError {
  return new SluiceError('STORAGE_LOST', `run ${runId}: the backend failed to append.`, { runId, cause });
}

function refusal(runId: string, { result }: AppendResult): SluiceError {
  if (result === 'lost') return runGone(runId);
  return new SluiceError(
    'STORAGE_LOST',
    `run ${runId}: the log no longer takes events of this writer (${result}).`,
    {
      runId,
      details: { result },
    },
  );
}
