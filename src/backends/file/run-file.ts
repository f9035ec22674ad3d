import { rm } from 'node:fs/promises';
import { chainStart } from '../../event/chain.ts';
import type { AppendResult, Batch, LogQuery, ReadResult, RunRecord } from '../backend.ts';
import { BatchIds } from '../batch-ids.ts';
import type { StoredEvents } from '../stored-run.ts';
import { encodeGroup, entriesOf, hashOf, roomFor } from './group-codec.ts';
import { LogReader } from './log-reader.ts';
import type { LogState } from './log-state.ts';
import { makeFolder } from './make-folder.ts';
import type { OpenFiles } from './open-files.ts';
import { bytesFrom, nextGroup } from './retention.ts';
import { notThere } from './removed-file.ts';
import { Segment } from './segment.ts';
import { segmentPath, segmentsIn } from './segments-in.ts';
import type { SyncPolicy } from './sync-policy.ts';
import { openTail, type TornTail } from './torn-tail.ts';

/** What the logs of a backend share. */
export interface RunFileServices {
  readonly files: OpenFiles;
  readonly sync: SyncPolicy;
  readonly torn: (tail: TornTail) => void;
}

const MB = 1024 * 1024;

/**
 * The events of one run in files of one folder, each at most about an eighth of what is kept, so that retention removes
 * files and never rewrites one. Opened when it is first asked for. Memory: a mark for each 64 KB that were written.
 */
export class RunFile implements StoredEvents {
  readonly #services: RunFileServices;
  readonly #folder: string;
  readonly #record: RunRecord;
  readonly #ids = new BatchIds();
  #loading: Promise<LogState> | undefined;
  #state: LogState | undefined;
  #appending: Promise<unknown> = Promise.resolve();
  #isRemoved = false;

  constructor(services: RunFileServices, folder: string, record: RunRecord) {
    this.#services = services;
    this.#folder = folder;
    this.#record = record;
  }

  /** As far as is known: of a log that was never asked for, nothing is. */
  get closed(): boolean {
    return this.#state?.closed ?? false;
  }

  /** Adds a batch, one after the other. Rejects with what the disk says, and then nothing was added. */
  append(batch: Batch): Promise<AppendResult> {
    const appended = this.#appending.then(() => this.#append(batch));
    this.#appending = appended.catch(() => undefined);
    return appended;
  }

  async read(query: LogQuery): Promise<ReadResult> {
    const { epoch } = this.#record;
    const state = await this.load();
    if (query.epoch !== undefined && query.epoch !== epoch) return { result: 'reset', reason: 'epoch' };
    if (query.after > state.tip) return { result: 'reset', reason: 'future' };
    return new LogReader(state, epoch).read(query);
  }

  /** Forgets events up to and including `seq`, but never the newest. Written down by the next append. */
  async trim(seq: number): Promise<void> {
    const state = await this.load();
    state.kept = Math.max(state.kept, Math.min(seq + 1, state.tip));
    await this.#dropSegments(state);
  }

  /** Takes the log off the disk. */
  async remove(): Promise<void> {
    this.#isRemoved = true;
    await this.#appending;
    const state = await this.#loading?.catch(() => undefined);
    for (const { path } of state?.segments ?? []) {
      this.#services.sync.forget(path);
      await this.#services.files.close(path);
    }
    await rm(this.#folder, { recursive: true, force: true });
  }

  load(): Promise<LogState> {
    return (this.#loading ??= this.#load().catch((error: unknown) => {
      this.#loading = undefined;
      throw error;
    }));
  }

  async #load(): Promise<LogState> {
    const { epoch } = this.#record;
    const { files, torn } = this.#services;
    const state: LogState = { segments: [], tip: 0, hash: chainStart(epoch), kept: 1, closed: false };
    const found = await segmentsIn(this.#folder);
    let last;
    while (found.length > 0 && !last) {
      const { path, first, size } = found.pop()!;
      const tail = await openTail(files, { path, first, size });
      if (tail.torn) torn(tail.torn);
      last = tail.last;
      if (last) state.segments.push(tail.segment);
      else await rm(path, { force: true });
    }
    for (const { path, first, size } of found.reverse()) {
      state.segments.unshift(new Segment(files, path, first, size));
    }
    if (last) {
      const { head, lines } = last;
      state.tip = head.first + head.count - 1;
      state.hash = hashOf(entriesOf(head, lines, epoch).at(-1)!.cursor);
      state.closed = head.end !== undefined;
      state.kept = Math.max(head.kept, state.segments[0]!.first);
    }
    return (this.#state = state);
  }

  async #append(batch: Batch): Promise<AppendResult> {
    const state = await this.load();
    if (this.#isRemoved) return { result: 'lost' };
    const { id, after, entries } = batch;
    if (after !== state.tip || state.closed) return this.#refuse(state, batch);
    const { cursor } = entries.at(-1)!;
    const { files, sync } = this.#services;
    const memory = files.spare.take(roomFor(batch));
    try {
      const kept = this.#keptAfter(state, entries.length);
      const group = encodeGroup(batch, { prev: state.hash, kept, memory });
      const segment = await this.#segmentFor(state, group.length);
      // Should this fail, what stands there is not counted: the next append writes over it, or a restart cuts it off.
      await files.writeAt(segment.path, segment.size, group).catch(notThere(segment.path));
      await sync.written(segment);
      segment.mark(after + 1, segment.size, this.#record.keep.bytes / 64);
      segment.size += group.length;
    } finally {
      files.spare.give(memory);
    }
    state.tip = after + entries.length;
    state.hash = hashOf(cursor);
    state.closed = batch.end !== undefined;
    this.#ids.add(id, after);
    await this.#retain(state);
    return { result: 'ok', first: after + 1, last: state.tip, cursor };
  }

  async #refuse(state: LogState, { id, after, entries }: Batch): Promise<AppendResult> {
    const last = after + entries.length;
    const isKnown = this.#ids.has(id, after) || (await this.#isStored(state, id, after));
    if (isKnown) return { result: 'duplicate', first: after + 1, last, cursor: entries.at(-1)!.cursor };
    return state.closed ? { result: 'closed', end: state.tip } : { result: 'gap', expected: state.tip };
  }

  /** Batches of a former process are known by their heads. */
  async #isStored(state: LogState, id: string, after: number): Promise<boolean> {
    if (after >= state.tip) return false;
    const head = await new LogReader(state, this.#record.epoch).headOf(after + 1);
    return head?.first === after + 1 && head.batch === id;
  }

  async #segmentFor(state: LogState, bytes: number): Promise<Segment> {
    const newest = state.segments.at(-1);
    const largest = Math.min(Math.max(this.#record.keep.bytes / 8, MB), 16 * MB);
    if (newest && newest.size + bytes <= largest) return newest;
    await makeFolder(this.#folder);
    const first = state.tip + 1;
    const segment = new Segment(this.#services.files, segmentPath(this.#folder, first), first);
    state.segments.push(segment);
    return segment;
  }

  #keptAfter({ kept, tip }: LogState, more: number): number {
    return Math.max(kept, tip + more - this.#record.keep.events + 1);
  }

  async #retain(state: LogState): Promise<void> {
    const { bytes, events } = this.#record.keep;
    state.kept = Math.min(Math.max(state.kept, state.tip - events + 1), state.tip);
    while (bytesFrom(state.segments, state.kept) > bytes && state.kept < state.tip) {
      state.kept = nextGroup(state.segments, state.kept) ?? state.tip;
    }
    await this.#dropSegments(state);
  }

  async #dropSegments(state: LogState): Promise<void> {
    while (state.segments.length > 1 && state.segments[1]!.first <= state.kept) {
      const { path } = state.segments.shift()!;
      this.#services.sync.forget(path);
      await this.#services.files.close(path);
      await rm(path, { force: true });
    }
  }
}
