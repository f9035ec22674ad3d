import { SluiceError } from '../errors/sluice-error.ts';
import type { Proposal } from '../event/proposal.ts';

export interface MailboxLimits {
  /** Statements that may wait. */
  readonly events: number;
  /** Characters of statements that may wait. */
  readonly bytes: number;
}

/** Places that an empty mailbox keeps. */
const LONGEST_KEPT = 1024;
/** Room for `finishReason`, its quotes, colon and comma, in characters. */
const MEMBER = 18;

/**
 * What a run has been told and has not stored yet, first in, first out. Only statements count against the
 * limits: facts, answers and the end always find room. Memory: O(limits) plus one entry per open call or ask.
 */
export class Mailbox {
  readonly #limits: MailboxLimits;
  readonly #largestJoined: number;
  // Waiting proposals stand from #head to before #tail. Places are used again and the array keeps its length, since
  // most messages are taken at once and emptying an array would allocate a new store for each of them.
  #line: (Proposal | undefined)[] = [undefined, undefined];
  #head = 0;
  #tail = 0;
  /** How many stood in the places before, over which #head and #tail were moved back. */
  #before = 0;
  #ahead: Proposal[] | undefined;
  #statements = 0;
  #bytes = 0;

  /** `eventBytes` is the largest event, which joined tokens stay below. */
  constructor(limits: MailboxLimits, eventBytes: number) {
    this.#limits = limits;
    // As in `checkSize`: one character may need six bytes.
    this.#largestJoined = (eventBytes - 512) / 6;
  }

  get isEmpty(): boolean {
    return this.#head === this.#tail && this.#ahead === undefined;
  }

  get depth(): number {
    return this.#tail - this.#head + (this.#ahead?.length ?? 0);
  }

  /** How many were taken so far; those that went ahead do not count. */
  get taken(): number {
    return this.#before + this.#head;
  }

  /** What {@link taken} will be when all that waits now is taken. */
  get end(): number {
    return this.#before + this.#tail;
  }

  /**
   * Adds a proposal behind what waits. At the limit of events a token joins the token before it, without loss, if
   * both belong to one message; any other statement throws `MAILBOX_FULL`, and so does every one at the limit of
   * bytes. Facts are never refused, nor is a statement where no other one waits, however large.
   */
  put(proposal: Proposal): void {
    if (!proposal.fact) {
      if (this.#statements > 0 && this.#bytes + proposal.size > this.#limits.bytes)
        throw full('bytes', this.#limits.bytes);
      if (this.#statements >= this.#limits.events) return this.#join(proposal);
      this.#statements++;
      this.#bytes += proposal.size;
    }
    this.#line[this.#tail++] = proposal;
  }

  /** Throws `MAILBOX_FULL` where so many statements would not all find room. */
  checkRoom(events: number, bytes: number): void {
    if (this.#statements === 0) return;
    if (this.#statements + events > this.#limits.events) throw full('events', this.#limits.events);
    if (this.#bytes + bytes > this.#limits.bytes) throw full('bytes', this.#limits.bytes);
  }

  /** Adds what came from outside and owes no order to the statements that wait. */
  putAhead(fact: Proposal): void {
    (this.#ahead ??= []).push(fact);
  }

  take(): Proposal | undefined {
    if (this.#ahead) {
      const first = this.#ahead.shift();
      if (this.#ahead.length === 0) this.#ahead = undefined;
      return first;
    }
    if (this.#head === this.#tail) return undefined;
    const taken = this.#line[this.#head]!;
    this.#line[this.#head++] = undefined;
    if (!taken.fact) {
      this.#statements--;
      this.#bytes -= taken.size;
    }
    if (this.#head === this.#tail) {
      this.#before += this.#tail;
      this.#head = this.#tail = 0;
      if (this.#line.length > LONGEST_KEPT) this.#line = [];
    } else if (this.#head > LONGEST_KEPT && this.#head * 2 > this.#tail) {
      // Amortised: the taken half is dropped once it outweighs the rest.
      this.#line = this.#line.slice(this.#head, this.#tail);
      this.#before += this.#head;
      this.#tail -= this.#head;
      this.#head = 0;
    }
    return taken;
  }

  #join(token: Proposal): void {
    const last = this.#head < this.#tail ? this.#line[this.#tail - 1] : undefined;
    if (!last || !areOneText(last, token)) throw full('events', this.#limits.events);
    const { content, finishReason } = token.data as { content: string; finishReason?: string };
    const growth = content.length + (finishReason === undefined ? 0 : finishReason.length + MEMBER);
    const size = last.size + growth;
    if (size > this.#largestJoined) throw full('events', this.#limits.events);
    const text = `${last.data['content'] as string}${content}`;
    this.#line[this.#tail - 1] = { ...last, data: { ...last.data, ...token.data, content: text }, size };
    this.#bytes += growth;
  }
}

function areOneText(last: Proposal, next: Proposal): boolean {
  return (
    last.type === 'token' &&
    next.type === 'token' &&
    // Whoever awaits one of them is owed an answer about it alone.
    last.receipt === undefined &&
    next.receipt === undefined &&
    last.upcoming === undefined &&
    last.node === next.node &&
    last.source === next.source &&
    last.cause === next.cause &&
    last.metadata === next.metadata &&
    last.data['messageId'] === next.data['messageId'] &&
    last.data['role'] === next.data['role'] &&
    last.data['finishReason'] === undefined
  );
}

function full(unit: 'events' | 'bytes', limit: number): SluiceError {
  return new SluiceError(
    'MAILBOX_FULL',
    `mailbox: at most ${limit} ${unit} may wait to be stored. Await ctx.drained() between bursts, or raise ` +
      `limits.mailbox.${unit}.`,
  );
}
