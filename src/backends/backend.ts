import type { ErrorCode } from '../errors/codes.ts';
import type { Entry } from '../event/entry.ts';
import type { Json, JsonObject } from '../event/json.ts';
import type { RunStatus } from '../event/run-event.ts';
import type { Awaitable } from './awaitable.ts';
import type { Notes } from './notes.ts';

/**
 * The contract every store of events keeps, held by `backendLaws` in `sluice/testing`. What a backend can do is
 * told by its flags, never by its type. An answer may come at once or as a promise; whoever calls must take both.
 */
export interface Backend {
  readonly flags: BackendFlags;
  readonly log: Log;
  readonly directory: Directory;
  /** Absent where one process owns everything. */
  readonly lease?: Lease;
  /** Absent where one process owns everything. */
  readonly commands?: Commands;
  /** Absent: what services beside the runs note lives as long as the process. */
  readonly notes?: Notes;
  /** Frees what the backend holds. Calls after it fail with `STORAGE_LOST`. */
  close(): Promise<void>;
}

export interface BackendFlags {
  /** Events outlive the process. */
  readonly durable: boolean;
  /** Several processes may use one store at once. */
  readonly shared: boolean;
  /** Cursors carry a chain hash, since the store may lose acknowledged events. */
  readonly chained: boolean;
}

/** Names one run of one tenant in a backend; made by {@link runKey} alone. */
export type RunKey = string & { readonly brand: 'RunKey' };

/** Ids have no slash, so that two different pairs never meet in one key. */
export function runKey(tenantId: string, runId: string): RunKey {
  return `${tenantId}/${runId}` as RunKey;
}

// ——— events ———

export interface Log {
  /**
   * Adds a batch behind the event `batch.after`, whole or not at all. Checked in this order: `lost` (no such run),
   * `duplicate` (this batch was appended before; at least the last 64 are known, as long as the run is kept),
   * `fenced` (a higher fence exists), `closed` (the run has its final event), `gap` (the log's newest event is not
   * `batch.after`), `cancelRequested` (the batch has the end, which is not `cancelled`, and a cancel waits).
   * `duplicate` says what `ok` said the first time. What was acknowledged is visible to every later `read`.
   */
  append(key: RunKey, batch: Batch): Awaitable<AppendResult>;
  /**
   * Events after a position, oldest first, or before it, newest first, with `reverse`. A page has at least one
   * event if there is one, also when that one is larger than `bytes`; it may be shorter than `limit` allows.
   * Checked in this order: `absent`, `reset` (epoch, future, fork), `gap`.
   */
  read(key: RunKey, query: LogQuery): Awaitable<ReadResult>;
  /**
   * Rings after an append, a trim and an erasure. Hints may come late, twice or for nothing, and a reader reads
   * to know; but after the last append one comes. Returns what ends the watch.
   */
  watch(key: RunKey, ring: () => void): () => void;
  /** Forgets events up to and including `seq`; the newest event always stays. */
  trim(key: RunKey, seq: number): Awaitable<void>;
}

export interface Batch {
  /** Unique among the appends to a run. A batch that is sent again is the same in every part but its fence. */
  readonly id: string;
  /** The writer's fence; absent where the backend has no leases. */
  readonly fence?: string;
  /** The seq of the event before the first of `entries`. */
  readonly after: number;
  /** At least one; numbered and given their cursors by the writer. */
  readonly entries: readonly Entry[];
  /** The last entry is the final event of the run. */
  readonly end?: 'complete' | 'error' | 'cancelled' | undefined;
}

export type AppendResult =
  | {
      readonly result: 'ok' | 'duplicate';
      readonly first: number;
      readonly last: number;
      readonly cursor: string;
    }
  | { readonly result: 'gap'; readonly expected: number }
  /** `end`: seq of the final event. */
  | { readonly result: 'closed'; readonly end: number }
  | { readonly result: 'fenced' }
  | { readonly result: 'lost' }
  | { readonly result: 'cancelRequested'; readonly reason?: string | undefined };

export interface LogQuery {
  /**
   * Events after this seq; with `reverse` events before it. 0 is the start; reversed, 0 is the end. A seq beyond
   * the newest event is answered `reset future`, in both directions.
   */
  readonly after: number;
  /** Checked against the run's life if given; `reset` if it differs. */
  readonly epoch?: string | undefined;
  /** Checked against the chain if given and the backend is chained. */
  readonly hash?: string | undefined;
  /** At most so many events; 0 asks for the tip alone and is never answered `gap`. */
  readonly limit: number;
  /** Stops before the page exceeds so many bytes. */
  readonly bytes?: number | undefined;
  readonly reverse?: boolean | undefined;
}

export type ReadResult =
  | {
      readonly result: 'page';
      readonly entries: readonly Entry[];
      /** The newest event of the log and its cursor; 0 and `epoch.0.<hash>` if there is none. */
      readonly tip: number;
      readonly cursor: string;
      /** The newest event is the final one. */
      readonly closed: boolean;
      /** RFC 3339: since then the store has not answered the writer. Said by the engine, never by a backend. */
      readonly degradedSince?: string | undefined;
    }
  /**
   * Events `from`..`to` were trimmed; go on after `cursor`, whose seq is `to`. With `reverse` they are all that
   * was before the position: `from` is 1, and there is nowhere to go on. `corrupt`: they were not trimmed, what the
   * store has of them is broken.
   */
  | {
      readonly result: 'gap';
      readonly from: number;
      readonly to: number;
      readonly cursor: string;
      readonly reason?: 'corrupt' | undefined;
    }
  | { readonly result: 'reset'; readonly reason: 'epoch' | 'fork' | 'future' }
  /** No such run, or not any more. */
  | { readonly result: 'absent' };

// ——— runs ———

export interface Directory {
  /**
   * Admits a run. With an idempotency key that its tenant used before: `repeated` and the run it belongs to if the
   * fingerprints are equal, `conflict` if not, whatever id is asked for. Else `exists` if the id is taken; nothing
   * was written then.
   */
  create(record: RunRecord, idempotency?: Idempotency): Awaitable<CreateResult>;
  get(key: RunKey): Awaitable<RunRecord | undefined>;
  /**
   * Newest first; runs made in one millisecond in any order, but always in the same. Throws `BAD_REQUEST` for a foreign
   * `page`; where runs outlive the process, so do the `next` of their pages.
   */
  list(query: RunQuery): Awaitable<RunPage>;
  /**
   * Changes some fields of a record and its `updatedAt`; `undefined` if there is no such run. A record that has ended
   * takes no change to another status, nor what comes with it, and is given as it is: a former owner may be late.
   */
  update(key: RunKey, change: RunChange): Awaitable<RunRecord | undefined>;
  /**
   * Runs that were at work when the process before this one went: their owner is gone for good. Only where events
   * outlive a process and no other one can own a run; the same answer until the backend is closed.
   */
  unfinished?(): Awaitable<readonly RunRecord[]>;
  /** Erases the record, the log and the idempotency key of a run; whether there was one. */
  delete(key: RunKey): Awaitable<boolean>;
  /**
   * Tells records as they are created, changed and removed, also by expiry. What `tell` throws is dropped.
   * Returns what ends the watch.
   */
  watch(tell: (news: RunNews) => void): () => void;
}

export interface Idempotency {
  readonly key: string;
  readonly fingerprint: string;
}

export type CreateResult =
  | { readonly result: 'created'; readonly record: RunRecord }
  | { readonly result: 'repeated'; readonly record: RunRecord }
  | { readonly result: 'exists' }
  | { readonly result: 'conflict' };

/** What is known of a run besides its events. Everything in it went through redaction. */
export interface RunRecord {
  readonly runId: string;
  readonly tenantId: string;
  /** This life of the id: `[a-z0-9]{1,24}`; the epoch of its cursors. */
  readonly epoch: string;
  /** Absent for a run without an actor (`engine.open`). */
  readonly agent?: string | undefined;
  readonly threadId?: string | undefined;
  readonly parentId?: string | undefined;
  readonly labels?: Readonly<Record<string, string>> | undefined;
  readonly status: RunStatus;
  /** RFC 3339. */
  readonly createdAt: string;
  readonly updatedAt: string;
  /** When a run of the past began, as its importer says: its events have times of their own. Absent for what runs now. */
  readonly startedAt?: string | undefined;
  readonly endedAt?: string | undefined;
  /** Why a run failed, or why it was cancelled. */
  readonly error?: { readonly code: string; readonly message: string } | undefined;
  readonly reason?: string | undefined;
  readonly output?: Json | undefined;
  readonly input?: Json | undefined;
  readonly metadata?: JsonObject | undefined;
  /**
   * Milliseconds the run is kept after its last activity (created, appended to, updated); then record, log and
   * idempotency key go together. A run that is worked on stays: its status is accepted, running or waiting and its
   * log is open; where a store is shared, its owner lives too.
   */
  readonly ttl: number;
  /** What is kept of its events at the most; the oldest go first, the newest event always stays. */
  readonly keep: { readonly events: number; readonly bytes: number };
  readonly owner?: string | undefined;
  /** How it was started, for whoever goes on with it; absent where nobody can. */
  readonly rules?: RunRules | undefined;
}

/** Options of a run that its next owner must keep to. Times in milliseconds; absent for no limit. */
export interface RunRules {
  /** A producer outside writes it; nobody in any process does its work. */
  readonly isOpen?: true | undefined;
  /** Its agent can go on with it: processes that know the agent have it before others end it. */
  readonly canResume?: true | undefined;
  /** Names of its `record` filter. */
  readonly record: readonly string[];
  readonly maxDuration?: number | undefined;
  readonly idle?: number | undefined;
}

export type RunChange = Partial<
  Pick<RunRecord, 'status' | 'endedAt' | 'error' | 'reason' | 'output' | 'owner'>
>;

export interface RunQuery {
  readonly tenantId: string;
  readonly status?: readonly RunStatus[] | undefined;
  readonly threadId?: string | undefined;
  readonly agent?: string | undefined;
  readonly parentId?: string | undefined;
  /** All of these must match. */
  readonly labels?: Readonly<Record<string, string>> | undefined;
  readonly limit: number;
  /** What a former page gave as `next`. */
  readonly page?: string | undefined;
}

/** A page of a list, and how to get the next one. */
export interface RunPage {
  readonly runs: readonly RunRecord[];
  /** Absent on the last page. */
  readonly next?: string | undefined;
}

export type RunNews =
  | { readonly news: 'created' | 'changed'; readonly record: RunRecord }
  | { readonly news: 'removed'; readonly runId: string; readonly tenantId: string };

// ——— several processes ———

/** One lease per instance, one fence per run. Safety is the fence's; the lease only invites. */
export interface Lease {
  /**
   * Joins as an instance; renews by itself until left. `lost` is told of a run that it had and another one has by now
   * (`taken`), or that is no more (`gone`), at the latest one lease after that could be seen; what throws there is
   * dropped. `troubled` is told when the lease could not be renewed, or had run out before it was.
   */
  join(
    instance: string,
    lost?: LostRun,
    troubled?: () => void,
  ): Awaitable<{ renew(): Awaitable<boolean>; leave(): Awaitable<void> }>;
  /**
   * Takes a run: a fence higher than every one before, or `held` if another instance owns it and lives; with `force`
   * from that one, too. Whoever owns it already is told its fence, which stays as it is.
   */
  claim(key: RunKey, options?: { readonly force?: boolean }): Awaitable<Claim | 'held'>;
  /**
   * Gives up a run that this instance owns: nothing more is taken of it, {@link dead} names the run from now on, and
   * whoever claims it has it. Does nothing where another instance owns it.
   */
  free(key: RunKey): Awaitable<void>;
  /** Instances whose lease ran out, and the runs they owned; besides, runs that were given up. */
  dead(): Awaitable<readonly { readonly instance: string; readonly keys: readonly RunKey[] }[]>;
}

export type LostRun = (key: RunKey, why: 'taken' | 'gone') => void;

/** What lets an instance write a run, and what it must know of it. */
export interface Claim {
  readonly fence: string;
  /** Somebody has asked for a cancel, whoever was told of it. */
  readonly cancel?: { readonly reason?: string | undefined } | undefined;
}

/** Messages to the owner of a run, stored until it takes them, and what it says to them. */
export interface Commands {
  /**
   * Stores a command, once for each id. What comes after the end of the run is dropped. Rejects with `RUN_NOT_FOUND`, and
   * with `COMMANDS_FULL` where more wait than may, which are 10,000 of a run at the most; a cancel is never refused for
   * that.
   */
  send(key: RunKey, command: Command, id: string): Awaitable<void>;
  /** What waits for the runs that an instance owns, of each run in the order in which it came; each is given once. */
  take(instance: string): Awaitable<readonly TakenCommand[]>;
  /** Says what became of a command that was taken: kept as long as the run, for the last 100 of it at the least. */
  settle(key: RunKey, id: string, outcome: CommandOutcome): Awaitable<void>;
  /** What was said; nothing so far is `undefined`, or `ended` where the run has its end or is gone. */
  outcome(key: RunKey, id: string): Awaitable<CommandOutcome | 'ended' | undefined>;
}

export interface TakenCommand {
  readonly key: RunKey;
  /** As its sender gave it. */
  readonly id: string;
  readonly command: Command;
}

export type CommandOutcome =
  | { readonly outcome: 'obeyed' }
  | {
      readonly outcome: 'refused';
      readonly code: ErrorCode;
      readonly message: string;
      /** Plain JSON. */
      readonly details?: Readonly<Record<string, unknown>> | undefined;
    };

export type Command =
  | { readonly command: 'cancel'; readonly reason?: string | undefined }
  | {
      readonly command: 'answer';
      readonly askId: string;
      readonly value: Json;
      readonly by?: string | undefined;
      /** Whoever repeats an answer under the same key is told that it was taken. */
      readonly idempotencyKey?: string | undefined;
    };
