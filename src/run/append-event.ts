import type { JsonObject } from '../event/json.ts';
import type { EnvelopeInput } from '../event/parse-event.ts';

/** An event as a producer appends it. */
export interface AppendEvent extends EnvelopeInput {
  /** What an agent may emit, or an end: `complete`, `error` (unless `recoverable: true`), `cancelled`. */
  readonly type: string;
  readonly data?: JsonObject;
  /** 1 to 256 characters of the producer's own: the same key twice is one event. */
  readonly key?: string;
  /**
   * When it happened, for a run that was opened with `startedAt` (RFC 3339). Times never run backwards in a run: what is
   * earlier than the event before has the time of that one, what is later than now has that of now.
   */
  readonly time?: string;
}

/** What became of a batch. */
export interface Appended {
  /**
   * So many of the batch, from its first on, are done with; what follows is to be sent again, ahead of what is new. It
   * begins with text that may become part of a secret, which what comes next decides. Where every event has a key, others
   * overtake that text, and are known by their keys when they come again.
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
