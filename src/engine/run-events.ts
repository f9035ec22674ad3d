import { defer, from, type Observable, switchMap } from 'rxjs';
import { isPromise } from '../backends/awaitable.ts';
import { runKey, type RunKey, type RunRecord, type LogQuery, type ReadResult } from '../backends/backend.ts';
import { SluiceError } from '../errors/sluice-error.ts';
import { parsePosition } from '../event/cursor.ts';
import type { EventDefinitions } from '../event/define-events.ts';
import { parseFilter, type FilterSpec } from '../event/filter.ts';
import { isId } from '../event/ids.ts';
import type { Entry } from '../event/entry.ts';
import type { Notice } from '../event/notice.ts';
import type { RunEvent } from '../event/run-event.ts';
import { BackReader } from '../run/back-reader.ts';
import { readStorage } from '../run/read-storage.ts';
import { readerObservable } from '../run/reader-observable.ts';
import type { PatientBackend } from './patient-backend.ts';
import { RunReader, type ReaderOptions } from '../run/reader.ts';
import type { RunItem } from '../run/window.ts';
import { decodedPage, searchEntries, type EventSearch, type SearchPage } from './search.ts';
import { checkNumber, type NumberRange } from './check-number.ts';
import type { EngineMeter } from './metrics/engine-meter.ts';
import { DEFAULT_TENANT } from './start-options.ts';

export interface OfTenant {
  /** Default: `default`. */
  readonly tenantId?: string | undefined;
}

/** Where a reader of one run begins, and what it is shown. */
export interface ReadOptions extends OfTenant {
  /** A cursor, `start`, `now`, or a bare seq (which cannot notice a fork). Default: `start`. */
  readonly after?: string | number | undefined;
  readonly filter?: FilterSpec | undefined;
  /**
   * Whether a read that the store does not answer is told as `degraded` and repeated, for `storageTimeout` at the most.
   * Without it `STORAGE_LOST` comes at once. Default: true.
   */
  readonly patient?: boolean | undefined;
}

/** Events and bytes per page of a log. */
const PAGE = { events: 512, bytes: 256 * 1024 };
const EVERYTHING = parseFilter(undefined);
const SEQ_RANGE: NumberRange = { min: 1, max: Number.MAX_SAFE_INTEGER, unit: 'in whole numbers' };

/** The events of runs, whoever runs them, as long as the backend keeps them. */
export class RunEvents {
  readonly #backend: PatientBackend;
  readonly #definitions: EventDefinitions | undefined;
  readonly #noticed: NonNullable<ReaderOptions['noticed']>;

  constructor(backend: PatientBackend, definitions: EventDefinitions | undefined, meter: EngineMeter) {
    this.#backend = backend;
    this.#definitions = definitions;
    this.#noticed = kind => void (kind === 'gap' ? meter.gaps++ : meter.resets++);
  }

  /**
   * A run's events from a position on, then the live ones. Cold; completes after the final event or `reset{gone}`.
   * Throws `BAD_CURSOR` and `BAD_FILTER` at once; fails with `RUN_NOT_FOUND`, `STORAGE_LOST`.
   */
  observe(runId: string, options: ReadOptions = {}): Observable<RunItem> {
    const open = this.#opener(runId, options);
    return defer(() => {
      const record = this.#find(runId, options);
      if (!isPromise(record)) {
        if (!record) throw runNotFound(runId);
        return readerObservable(open);
      }
      return from(record).pipe(
        switchMap(found => {
          if (!found) throw runNotFound(runId);
          return readerObservable(open);
        }),
      );
    });
  }

  /** The same as a reader that its owner pulls. Rejects with `RUN_NOT_FOUND`, `BAD_CURSOR`, `BAD_FILTER`. */
  async read(runId: string, options: ReadOptions = {}): Promise<RunReader> {
    const open = this.#opener(runId, options);
    if (!(await this.#find(runId, options))) throw runNotFound(runId);
    return open();
  }

  /** A reader of one life of a run that is known to exist. */
  readerAfter(
    key: RunKey,
    runId: string,
    { seq, epoch }: { readonly seq: number; readonly epoch: string },
  ): RunReader {
    const { log, patienceFor } = this.#backend;
    const found = { noticed: this.#noticed, patience: patienceFor(key) };
    return new RunReader({
      log,
      key,
      runId,
      after: { seq },
      epoch,
      filter: EVERYTHING,
      page: PAGE,
      ...found,
    });
  }

  /** A page of the events that match, oldest first, from a position on; with `order: 'desc'` newest first. */
  async search(runId: string, options: ReadOptions & EventSearch = {}): Promise<SearchPage> {
    return decodedPage(await this.searchEntries(runId, options));
  }

  /** {@link search} for whoever passes events on as they are stored. */
  async searchEntries(
    runId: string,
    options: ReadOptions & EventSearch = {},
  ): Promise<SearchPage<Entry | Notice>> {
    const reader =
      options.order === 'desc'
        ? await this.#readBack(runId, options)
        : await this.read(runId, { ...options, patient: false });
    const page = await searchEntries(reader, options);
    // A page of nothing gets nowhere, and where that is a bare seq does not tell.
    if (page.next !== undefined || options.limit !== 0 || options.after === undefined) return page;
    const isNow = options.after === 'now' && options.order !== 'desc';
    return { ...page, next: isNow ? (await this.tip(runId, options)).cursor : String(options.after) };
  }

  /** One event; `undefined` if it was trimmed or is yet to come. Rejects with `RUN_NOT_FOUND`, `BAD_OPTION`. */
  async get(runId: string, seq: number, { tenantId }: OfTenant = {}): Promise<RunEvent | undefined> {
    const after = checkNumber('seq', seq, 1, SEQ_RANGE) - 1;
    const page = await this.#read(runId, tenantId, { after, limit: 1 });
    const entry = page.result === 'page' ? page.entries[0] : undefined;
    return entry?.seq === seq ? entry.event : undefined;
  }

  /** The newest event; `undefined` before the first. Rejects with `RUN_NOT_FOUND`. */
  async latest(runId: string, { tenantId }: OfTenant = {}): Promise<RunEvent | undefined> {
    const page = await this.#read(runId, tenantId, { after: 0, limit: 1, reverse: true });
    return page.result === 'page' ? page.entries[0]?.event : undefined;
  }

  /** The newest position. Rejects with `RUN_NOT_FOUND`. */
  async tip(
    runId: string,
    { tenantId }: OfTenant = {},
  ): Promise<{ readonly seq: number; readonly cursor: string }> {
    const page = await this.#read(runId, tenantId, { after: 0, limit: 0 });
    if (page.result !== 'page') throw runNotFound(runId);
    return { seq: page.tip, cursor: page.cursor };
  }

  /** The newest event of a type, looked for from the end. */
  async latestOf(
    runId: string,
    matches: (event: RunEvent) => boolean,
    { tenantId }: OfTenant = {},
  ): Promise<RunEvent | undefined> {
    return (await this.newestOf(runId, matches, { tenantId, limit: 1 }))[0];
  }

  /** The newest events of a type, newest first, looked for from the end or from before a seq; `limit` at the most. */
  async newestOf(
    runId: string,
    matches: (event: RunEvent) => boolean,
    {
      tenantId,
      limit,
      before = 0,
    }: OfTenant & { readonly limit: number; readonly before?: number | undefined },
  ): Promise<readonly RunEvent[]> {
    const found: RunEvent[] = [];
    for (let seq = before; seq !== 1;) {
      const query = { after: seq, limit: PAGE.events, bytes: PAGE.bytes, reverse: true };
      const page = await this.#read(runId, tenantId, query);
      if (page.result !== 'page' || page.entries.length === 0) break;
      for (const { event } of page.entries) if (matches(event) && found.push(event) === limit) return found;
      seq = page.entries.at(-1)!.seq;
    }
    return found;
  }

  async #read(
    runId: string,
    tenantId: string | undefined,
    query: LogQuery,
  ): Promise<Exclude<ReadResult, { result: 'absent' }>> {
    const key = keyOf(runId, tenantId);
    const answer = await readStorage(`run ${runId}`, () => this.#backend.log.read(key, query));
    if (answer.result === 'absent') throw runNotFound(runId);
    return answer;
  }

  #opener(runId: string, options: ReadOptions): () => RunReader {
    const settings = { ...this.#settingsOf(runId, options), after: parsePosition(options.after) };
    return () => {
      const key = keyOf(runId, options.tenantId);
      const patience = options.patient === false ? undefined : this.#backend.patienceFor(key);
      return new RunReader({ ...settings, key, patience });
    };
  }

  async #readBack(runId: string, options: ReadOptions): Promise<BackReader> {
    const settings = { ...this.#settingsOf(runId, options), before: parsePosition(options.after) };
    if (!(await this.#find(runId, options))) throw runNotFound(runId);
    return new BackReader({ ...settings, key: keyOf(runId, options.tenantId) });
  }

  #settingsOf(
    runId: string,
    { filter }: ReadOptions,
  ): Pick<ReaderOptions, 'log' | 'runId' | 'filter' | 'page' | 'noticed'> {
    return {
      log: this.#backend.log,
      runId,
      filter: filter === undefined ? EVERYTHING : parseFilter(filter, { custom: this.#definitions?.names }),
      page: PAGE,
      noticed: this.#noticed,
    };
  }

  #find(runId: string, { tenantId }: OfTenant): RunRecord | undefined | Promise<RunRecord | undefined> {
    return readStorage(`run ${runId}`, () => this.#backend.directory.get(keyOf(runId, tenantId)));
  }
}

/** The key of a run; one that cannot exist is answered like one that does not. */
export function keyOf(runId: string, tenantId: string = DEFAULT_TENANT): RunKey {
  if (!isId(runId) || !isId(tenantId)) throw runNotFound(runId);
  return runKey(tenantId, runId);
}

/** The same words for a run that never was, is gone, or belongs to somebody else. */
export function runNotFound(runId: string): SluiceError {
  const shown = JSON.stringify(String(runId).slice(0, 64));
  return new SluiceError('RUN_NOT_FOUND', `run ${shown} does not exist, or is not kept any longer.`);
}
