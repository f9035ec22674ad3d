import type { EventSource } from './run-event.ts';
import type { JsonObject } from './json.ts';

/**
 * What wants to become an event. It goes through the stages of its run in order; what leaves them is numbered
 * and stored. Stages that change one make a new one.
 */
export interface Proposal {
  readonly type: string;
  readonly data: JsonObject;
  /** When it was proposed, in milliseconds since the Unix epoch. */
  readonly at: number;
  /** An upper estimate of its JSON, in characters; see `intake.ts`. */
  readonly size: number;
  /** Default: `agent`. */
  readonly source?: EventSource | undefined;
  readonly node?: string | undefined;
  readonly cause?: number | undefined;
  readonly metadata?: JsonObject | undefined;
  readonly final?: true | undefined;
  /** Something that happened or the engine decided: it cannot be vetoed, and a full mailbox has room for it. */
  readonly fact?: true | undefined;
  /** Told what became of it. */
  readonly receipt?: Receipt | undefined;
  /** What is known to follow its text, for redaction to look at. */
  readonly upcoming?: string | undefined;
  /** What its producer's key is stored as. */
  readonly key?: string | undefined;
  /** How many statements, each said by a policy over the one before, led to it; absent for 0. */
  readonly depth?: number | undefined;
  /** It is no event: the run is to be this process' own, and up to date, before what follows. */
  readonly claim?: true | undefined;
  /** It is no event: it lets out what redaction holds back. */
  readonly flush?: true | undefined;
}

/** The same proposal with other content. One literal, since every stage behind is faster with objects of one shape. */
export function proposalWith(
  proposal: Proposal,
  { data, size, metadata }: { readonly [Member in 'data' | 'size' | 'metadata']: unknown },
): Proposal {
  return {
    type: proposal.type,
    data: data as JsonObject,
    at: proposal.at,
    size: size as number,
    source: proposal.source,
    node: proposal.node,
    cause: proposal.cause,
    metadata: metadata as JsonObject | undefined,
    final: proposal.final,
    fact: proposal.fact,
    receipt: proposal.receipt,
    upcoming: proposal.upcoming,
    key: proposal.key,
  };
}

/**
 * Gives a proposal other content. For the pipe of its run alone, to which it belongs from the call that put it there:
 * text that is held back changes nearly every token, and a copy of each would be a fifth of all that an emit allocates.
 */
export function reworded(
  proposal: Proposal,
  { data, size, metadata }: { readonly [Member in 'data' | 'size' | 'metadata']: unknown },
): Proposal {
  const own = proposal as { -readonly [Member in keyof Proposal]: Proposal[Member] };
  own.data = data as JsonObject;
  own.size = size as number;
  own.metadata = metadata as JsonObject | undefined;
  return own;
}

/** What became of a proposal. */
export type Outcome =
  | { readonly outcome: 'stored'; readonly seq: number; readonly cursor: string }
  /** Redaction keeps the text until it cannot be the beginning of a secret. */
  | { readonly outcome: 'held' }
  /** The run's `record` option leaves this type out, or a policy said SKIP. */
  | { readonly outcome: 'skipped' }
  /** The run had ended: nothing was written. */
  | { readonly outcome: 'ended' };

/** Told exactly once what became of a proposal. */
export interface Receipt {
  settle(outcome: Outcome): void;
  fail(error: unknown): void;
}
