import type { FilterSpec } from '../../event/filter.ts';
import type { Notice } from '../../event/notice.ts';
import type { RunEvent } from '../../event/run-event.ts';
import type { CursorStore } from './cursor-store.ts';

/** The run that a sink is told something about. */
export interface SinkRun {
  readonly runId: string;
  readonly tenantId: string;
}

/**
 * Where events go that must not be lost: an audit log, a queue, a webhook. Unlike an observer it is given what the log
 * of a run holds, at least once: what it throws or rejects with is tried again until it succeeds, and only then the
 * place is noted from which it goes on, also after a restart.
 */
export interface Sink {
  /**
   * Takes events of one run, in order, none left out. Resolves when they are safe. Some may come a second time, never
   * in another order; `id` is unique to an event. Of a run it is called when its last call has settled, or has had its
   * `timeout`: that one may go on, and must not be overtaken.
   */
  write(events: readonly RunEvent[], run: SinkRun): unknown;
  /**
   * Takes what stands between events: `gap` where retention was faster, `reset` where the log begins anew, `degraded`
   * where the backend is away.
   */
  notice?(notice: Notice, run: SinkRun): unknown;
  /**
   * Called when the sink is closed, after the last write, or while one goes on that has had its time: it is to be given
   * up, and its place is not stored. Has 5 s, or what closing had if that is more, and never more than `timeout`.
   */
  close?(): unknown;
}

/** How a sink is fed. Times are milliseconds. */
export interface SinkOptions {
  /** Under which its cursors are stored, 1 to 64 letters, digits or `_ . -`; unique among the sinks of an engine. */
  readonly name: string;
  /** What it is given. Default: everything. */
  readonly filter?: FilterSpec | undefined;
  /** Whose runs it is given, and no others. Default: `['default']`. */
  readonly tenants?: readonly string[] | undefined;
  /** Where it keeps its places. Default: in memory, which begins anew with each process. */
  readonly store?: CursorStore | undefined;
  /** Events of one `write`, 1 to 10,000. Default: 500. */
  readonly maxBatch?: number | undefined;
  /** Runs that are written at once, 1 to 100. Default: 1. */
  readonly concurrency?: number | undefined;
  /** How long one `write` may take before it is tried again, 1 ms to 1 h. Default: 30 s. */
  readonly timeout?: number | undefined;
  /** The longest wait before the next try, 1 ms to 1 h; the first is 100 ms at the most. Default: 30 s. */
  readonly longestRetry?: number | undefined;
  /** Told each failure. Default: one process warning. */
  readonly onError?: ((error: unknown, run: SinkRun | undefined) => void) | undefined;
}

/** A sink at work. */
export interface SinkHandle {
  readonly name: string;
  /** Events that were written. */
  readonly written: number;
  /** Tries that failed. */
  readonly retries: number;
  /** Runs that it follows: those that live, and ended ones that it has not read to their end. */
  readonly runs: number;
  /** `failing` while its last try failed. */
  readonly health: 'ok' | 'failing' | 'closed';
  /** Resolves when it has written what was committed before, however often it has to try. */
  flush(): Promise<void>;
  /** Ends it when it has written what was committed before, or after `timeout` ms (default 5 s). */
  close(options?: { readonly timeout?: number | undefined }): Promise<SinkEnd>;
}

/** What a sink leaves behind. */
export interface SinkEnd {
  /** Runs that were not written to their newest event; a later sink of this name and store goes on with them. */
  readonly left: number;
}
