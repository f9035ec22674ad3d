import { runKey, type Backend, type RunKey } from '../../backends/backend.ts';
import { SluiceError } from '../../errors/sluice-error.ts';
import { Fifo } from '../../operators/fifo.ts';
import type { Clock } from '../../time/clock.ts';
import { fullJitter } from '../../time/full-jitter.ts';
import { soon } from '../../time/soon.ts';
import type { Sweep } from '../../time/sweep.ts';
import { checkNumber } from '../check-number.ts';
import { holdProcess } from '../observers/hold-process.ts';
import { FollowedRun, type SinkPage } from './followed-run.ts';
import type { SinkSettings } from './sink-settings.ts';
import type { Sink, SinkEnd, SinkHandle, SinkRun } from './sink.ts';

export interface SinkServices {
  readonly backend: Backend;
  readonly clock: Clock;
  readonly sweep: Sweep;
  /** Tells every run of this process when it has its first event. Returns what ends that. */
  readonly watchFirstEvents: (tell: (run: SinkRun) => void) => () => void;
  /** Never throws. */
  readonly report: (error: unknown, run: SinkRun | undefined) => void;
  readonly leave: (loop: SinkLoop) => void;
}

const FIRST_RETRY = 100;
const LIST_PAGE = 500;
const CLOSE_TIMEOUT = 5_000;

/**
 * Brings the logs of runs to a sink. A reader and no queue: a ring says that a run has more, its turn comes, a page is
 * read, written, and its place stored. A sink that is slow or fails costs a position per run and the pages in hand.
 */
export class SinkLoop implements SinkHandle {
  readonly name: string;
  readonly #sink: Sink;
  readonly #settings: SinkSettings;
  readonly #services: SinkServices;
  readonly #runs = new Map<RunKey, FollowedRun>();
  readonly #queue = new Fifo<FollowedRun>();
  readonly #tenants: ReadonlySet<string>;
  #waiters: { readonly behind: Set<FollowedRun>; readonly resolve: () => void }[] = [];
  #listing: Promise<void>;
  #stopWatching: () => void;
  #active = 0;
  #written = 0;
  #retries = 0;
  #isFailing = false;
  #isListed = false;
  #isScheduled = false;
  #isClosed = false;
  #closing: Promise<SinkEnd> | undefined;

  constructor(sink: Sink, settings: SinkSettings, services: SinkServices) {
    this.name = settings.name;
    this.#sink = sink;
    this.#settings = settings;
    this.#services = services;
    this.#tenants = new Set(settings.tenants);
    const stops = [
      services.watchFirstEvents(run => this.#discover(run)),
      services.backend.directory.watch(news => {
        if (news.news === 'created') this.#discover(news.record);
        else if (news.news === 'removed') this.#forget(news);
      }),
    ];
    this.#stopWatching = () => stops.forEach(stop => stop());
    this.#listing = this.#list(0);
  }

  get written(): number {
    return this.#written;
  }

  get retries(): number {
    return this.#retries;
  }

  get runs(): number {
    return this.#runs.size;
  }

  get health(): 'ok' | 'failing' | 'closed' {
    if (this.#isClosed) return 'closed';
    return this.#isFailing ? 'failing' : 'ok';
  }

  async flush(): Promise<void> {
    const caughtUp = this.#listing.then(() => this.#caughtUp());
    holdProcess(caughtUp, this.#services);
    await caughtUp;
  }

  close({ timeout }: { readonly timeout?: number | undefined } = {}): Promise<SinkEnd> {
    const limit = checkNumber('close: timeout', timeout, CLOSE_TIMEOUT, {
      min: 0,
      max: 3_600_000,
      unit: 'ms',
    });
    if (!this.#closing) holdProcess((this.#closing = this.#close(limit)), this.#services);
    return this.#closing;
  }

  async #close(limit: number): Promise<SinkEnd> {
    const { clock, sweep, leave } = this.#services;
    this.#stopWatching();
    await new Promise<void>(resolve => {
      const stop = sweep.at(clock.now() + limit, resolve, { keepAlive: true });
      void this.flush().then(() => {
        stop();
        resolve();
      });
    });
    const behind = this.#isListed
      ? new Set(this.#waiters.flatMap(waiter => [...waiter.behind]))
      : new Set(this.#runs.values());
    this.#isClosed = true;
    for (const followed of this.#runs.values()) followed.leave();
    this.#runs.clear();
    this.#queue.clear();
    for (const { resolve } of this.#waiters.splice(0)) resolve();
    leave(this);
    const { store, timeout } = this.#settings;
    // Who closes in a hurry does not wait for as long as a write may take.
    const longest = Math.min(timeout, Math.max(limit, CLOSE_TIMEOUT));
    const report = (error: unknown): void => this.#services.report(error, undefined);
    await this.#timed(() => this.#sink.close?.(), longest).catch(report);
    await this.#timed(() => store.close?.(), longest).catch(report);
    return { left: behind.size };
  }

  /** What exists already, and the cursors of what exists no more; again later, if the storage fails. */
  async #list(failures: number): Promise<void> {
    const { directory } = this.#services.backend;
    try {
      for (const tenantId of this.#settings.tenants) {
        for (let page: string | undefined, isLast = false; !isLast; isLast = page === undefined) {
          const found = await directory.list({ tenantId, limit: LIST_PAGE, page });
          for (const record of found.runs) this.#discover(record);
          page = found.next;
        }
      }
      await this.#forgetExpired();
      this.#isListed = true;
    } catch (error) {
      this.#failed(error, undefined);
      await this.#backOff(failures);
      if (!this.#isClosed) await this.#list(failures + 1);
    }
  }

  async #forgetExpired(): Promise<void> {
    const { store } = this.#settings;
    const prefix = `${this.name}/`;
    for (const key of [...(await store.keys())]) {
      if (!key.startsWith(prefix) || this.#runs.has(key.slice(prefix.length) as RunKey)) continue;
      const found = await this.#services.backend.directory.get(key.slice(prefix.length) as RunKey);
      if (!found) await store.delete(key);
    }
  }

  #discover({ runId, tenantId }: SinkRun): void {
    if (this.#isClosed || !this.#tenants.has(tenantId)) return;
    const key = runKey(tenantId, runId);
    if (this.#runs.has(key)) return;
    const { filter, maxBatch } = this.#settings;
    const { log } = this.#services.backend;
    const ring = (rung: FollowedRun): void => this.#wake(rung);
    const followed = new FollowedRun({ log, key, run: { runId, tenantId }, filter, maxBatch, ring });
    this.#runs.set(key, followed);
    this.#wake(followed);
  }

  #forget({ runId, tenantId }: SinkRun): void {
    const followed = this.#runs.get(runKey(tenantId, runId));
    // Its reader finds that it has gone, and says so to the sink, where the sink has not seen its end.
    if (followed) return this.#wake(followed);
    if (!this.#tenants.has(tenantId)) return;
    this.#deleteCursor({ runId, tenantId }).catch((error: unknown) =>
      this.#services.report(error, undefined),
    );
  }

  async #deleteCursor({ runId, tenantId }: SinkRun): Promise<void> {
    await this.#settings.store.delete(`${this.name}/${runKey(tenantId, runId)}`);
  }

  #wake(followed: FollowedRun): void {
    if (followed.isBusy) followed.isRung = true;
    // One that waits for its next try has it in its own time.
    if (followed.isBusy || followed.isQueued || followed.stopRetry || this.#isClosed) return;
    followed.isQueued = true;
    this.#queue.push(followed);
    this.#schedule();
  }

  /** In a later turn, so that a burst of events is one write. */
  #schedule(): void {
    if (this.#isScheduled || this.#isClosed) return;
    this.#isScheduled = true;
    soon(() => {
      this.#isScheduled = false;
      while (this.#active < this.#settings.concurrency) {
        const followed = this.#queue.shift();
        if (!followed) return;
        followed.isQueued = false;
        void this.#serve(followed);
      }
    });
  }

  async #serve(followed: FollowedRun): Promise<void> {
    this.#active++;
    followed.isBusy = true;
    followed.isRung = false;
    let state: SinkPage['state'] = 'more';
    try {
      state = await this.#step(followed);
      followed.failures = 0;
      this.#isFailing = false;
    } catch (error) {
      if (followed.hasBegun) followed.goBack();
      this.#failed(error, followed.run);
      this.#retryLater(followed);
    }
    this.#active--;
    followed.isBusy = false;
    if (state === 'end') {
      followed.leave();
      if (this.#runs.get(followed.key) === followed) this.#runs.delete(followed.key);
      // An id may have got a new life while the end of the old one was written.
      if (followed.isRung) this.#rediscover(followed);
    }
    if (state !== 'more' && !followed.isRung) this.#caught(followed);
    else if (state !== 'end') this.#wake(followed);
    if (this.#queue.length > 0) this.#schedule();
  }

  #rediscover(followed: FollowedRun): void {
    this.#caught(followed);
    const { backend } = this.#services;
    const again = async (): Promise<void> => {
      const record = await backend.directory.get(followed.key);
      // The news of its removal came when its end was not written yet.
      if (!record) await this.#deleteCursor(followed.run);
      else if (!followed.isOf(record.epoch)) this.#discover(record);
    };
    again().catch((error: unknown) => this.#services.report(error, followed.run));
  }

  async #step(followed: FollowedRun): Promise<SinkPage['state']> {
    const { store } = this.#settings;
    const storeKey = `${this.name}/${followed.key}`;
    if (!followed.hasBegun) followed.begin(await store.get(storeKey));
    const { events, notices, state, isGone } = await followed.read();
    for (const notice of notices) await this.#timed(() => this.#sink.notice?.(notice, followed.run));
    if (events.length > 0) await this.#timed(() => this.#sink.write(events, followed.run));
    // Its store may be closed, and the place be that of its successor.
    if (this.#isClosed) return state;
    if (isGone) await store.delete(storeKey);
    else if (followed.cursor !== undefined && (events.length > 0 || notices.length > 0 || state === 'end')) {
      await store.set(storeKey, followed.cursor);
    }
    this.#written += events.length;
    return state;
  }

  async #timed(call: () => unknown, timeout = this.#settings.timeout): Promise<void> {
    const { clock, sweep } = this.#services;
    let stop = (): void => undefined;
    const late = new Promise<never>((_, reject) => {
      const ring = (): void => reject(tooSlow(this.name, timeout));
      stop = sweep.at(clock.now() + timeout, ring);
    });
    try {
      await Promise.race([new Promise(resolve => resolve(call())), late]);
    } finally {
      stop();
    }
  }

  #failed(error: unknown, run: SinkRun | undefined): void {
    this.#retries++;
    this.#isFailing = true;
    if (!this.#isClosed) this.#services.report(error, run);
  }

  #retryLater(followed: FollowedRun): void {
    if (this.#isClosed) return;
    const { clock, sweep } = this.#services;
    followed.stopRetry = sweep.at(clock.now() + this.#delay(followed.failures++), () => {
      followed.stopRetry = undefined;
      this.#wake(followed);
    });
  }

  #backOff(failures: number): Promise<void> {
    const { clock, sweep } = this.#services;
    return new Promise(resolve => sweep.at(clock.now() + this.#delay(failures), resolve));
  }

  #delay(failures: number): number {
    return fullJitter(Math.min(this.#settings.longestRetry, FIRST_RETRY * 2 ** Math.min(failures, 20)));
  }

  /** Resolves when every run that is followed now was read to its newest event. */
  #caughtUp(): Promise<void> {
    if (this.#isClosed || this.#runs.size === 0) return Promise.resolve();
    return new Promise(resolve => {
      this.#waiters.push({ behind: new Set(this.#runs.values()), resolve });
      for (const followed of this.#runs.values()) this.#wake(followed);
    });
  }

  #caught(followed: FollowedRun): void {
    if (this.#waiters.length === 0) return;
    for (const { behind } of this.#waiters) behind.delete(followed);
    const done = this.#waiters.filter(({ behind }) => behind.size === 0);
    this.#waiters = this.#waiters.filter(({ behind }) => behind.size > 0);
    for (const { resolve } of done) resolve();
  }
}

function tooSlow(name: string, timeout: number): SluiceError {
  const message = `sink ${name}: expected it to be done within ${timeout} ms, it was not. The same is written again; make it faster, lower maxBatch, or raise timeout.`;
  return new SluiceError('OBSERVER_TIMEOUT', message);
}
