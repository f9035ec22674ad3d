import { messageOf } from '../errors/error-text.ts';
import { isSluiceError, SluiceError } from '../errors/sluice-error.ts';
import type { JsonObject } from '../event/json.ts';
import type { EventSource } from '../event/run-event.ts';
import { randomName } from '../time/random-name.ts';
import type { ProducerSettings } from './producer-options.ts';
import { Retries } from './retries.ts';
import { sendBatch, type BatchAnswer } from './send-batch.ts';
import { WaitingEvents, type WaitingEvent } from './waiting-events.ts';

/** An event as a producer says it; the server checks it. */
export interface ProducedEvent {
  /** What an agent may emit, or an end: `complete`, `cancelled`, `error` unless `recoverable: true`. */
  readonly type: string;
  readonly data?: JsonObject | undefined;
  readonly source?: EventSource | undefined;
  readonly node?: string | undefined;
  readonly metadata?: JsonObject | undefined;
  /** When it happened, for a run that was opened with `startedAt`; RFC 3339. Default: when it is stored. */
  readonly time?: string | undefined;
  /** The same key twice is one event, 1 to 256 characters. Default: one that the producer makes. */
  readonly key?: string | undefined;
}

/**
 * Writes a run that has no agent, from outside of the server: in order, each event once however often a request has to
 * be repeated. Events that come while a request is under way go together in the next. While nothing is said it sends
 * signs of life, and with them keeps its process running, until it is closed, ends the run, or fails.
 *
 * Promises that nobody awaits are silent when they reject. Memory: what waits; see `capacity`.
 */
export interface RunProducer {
  readonly runId: string;
  /**
   * Fires once: with `RUN_CANCELLED` when somebody asked the run to stop (clean up, and end it), with `RUN_ENDED` when
   * it ended otherwise, with the error when the producer fails. Not when the producer itself ends the run.
   */
  readonly signal: AbortSignal;
  /** Somebody asked the run to stop. It is recorded as cancelled, whatever its end says. */
  readonly cancelRequested: boolean;
  /** Events that were taken and are not stored. */
  readonly waiting: number;
  /**
   * Takes an event at once, behind those before. Resolves when there is room for more: await it, and a slow server slows
   * the caller down. Rejects with what the producer failed with, with `RUN_ENDED` behind a final event, with
   * `BAD_OPTION` after {@link close}. An event that is no JSON, or that the server refuses, fails the producer with
   * `BAD_EVENT` once those before it are stored.
   */
  emit(event: ProducedEvent): Promise<void>;
  /**
   * Resolves when everything taken so far is stored; rejects with what the producer failed with. Text at its end that may
   * still become part of a secret does not count: it waits for what follows, or for the end.
   */
  drained(): Promise<void>;
  /** Ends the run; resolves when that is stored, and all before it. Rejects like {@link emit}. */
  complete(data?: JsonObject): Promise<void>;
  fail(data: JsonObject & { readonly code?: string; readonly message: string }): Promise<void>;
  cancelled(data?: JsonObject): Promise<void>;
  /** Takes no more; resolves when all is stored. The run stays open, without signs of life from here. */
  close(): Promise<void>;
}

/** Who waits until so many events are stored. */
interface Waiter {
  readonly count: number;
  readonly promise: Promise<void>;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/** {@link RunProducer} of the run whose events are at `url`. */
export class RemoteProducer implements RunProducer {
  readonly runId: string;
  cancelRequested = false;
  readonly #url: URL;
  readonly #settings: ProducerSettings;
  readonly #retries: Retries;
  readonly #name = randomName(10);
  readonly #events = new WaitingEvents();
  readonly #told = new AbortController();
  readonly #stop = new AbortController();
  #taken = 0;
  #stored = 0;
  /** In the order of their counts. */
  readonly #waiters: Waiter[] = [];
  #room: Waiter | undefined;
  #wake: (() => void) | undefined;
  /** Why nothing more is taken; if it is an event that is no JSON, what fails the producer behind those before. */
  #shut: { readonly error: SluiceError; readonly isFailure?: true } | undefined;
  #failure: { readonly error: unknown } | undefined;
  /** The server has answered properly. */
  #isKnown = false;
  #isOpen = false;
  /** How many of the last batch the server holds back until it sees what follows. */
  #held = 0;
  /** The server cannot be shown more of what follows, so that it has to take what it holds back. */
  #isStuck = false;
  /** The next batch alone ends here, in front of an event that was refused. */
  #cut = Infinity;
  /** More events than this are too many for the server. */
  #most = Infinity;

  constructor(runId: string, url: URL, settings: ProducerSettings) {
    this.runId = runId;
    this.#url = url;
    this.#settings = settings;
    this.#retries = new Retries(settings);
    settings.signal?.addEventListener('abort', this.#giveUp);
    if (settings.signal?.aborted) this.#giveUp();
    else void this.#work();
  }

  get signal(): AbortSignal {
    return this.#told.signal;
  }

  get waiting(): number {
    return this.#taken - this.#stored;
  }

  emit(event: ProducedEvent): Promise<void> {
    const reason = this.#failure ?? this.#shut;
    if (reason) return rejected(reason.error);
    this.#take(event);
    if (this.#shut?.isFailure) return this.drained();
    return this.#hasRoom() ? Promise.resolve() : (this.#room ??= waiterFor(0)).promise;
  }

  drained(): Promise<void> {
    if (this.#failure) return rejected(this.#failure.error);
    if (this.#taken <= this.#done()) return Promise.resolve();
    let last = this.#waiters.at(-1);
    if (last?.count !== this.#taken) this.#waiters.push((last = waiterFor(this.#taken)));
    return last.promise;
  }

  complete(data: JsonObject = {}): Promise<void> {
    return this.#end({ type: 'complete', data });
  }

  fail(data: JsonObject & { readonly code?: string; readonly message: string }): Promise<void> {
    return this.#end({ type: 'error', data: { code: 'AGENT_ERROR', ...data, recoverable: false } });
  }

  cancelled(data: JsonObject = {}): Promise<void> {
    return this.#end({ type: 'cancelled', data });
  }

  close(): Promise<void> {
    this.#shut ??= { error: shut(this.runId) };
    this.#wake?.();
    return this.drained();
  }

  #end(event: ProducedEvent): Promise<void> {
    const reason = this.#failure ?? this.#shut;
    if (reason) return rejected(reason.error);
    this.#take(event);
    return this.drained();
  }

  #take(event: ProducedEvent): void {
    this.#taken++;
    try {
      const key = event.key ?? `${this.#name}-${this.#taken}`;
      this.#events.push(JSON.stringify({ ...event, key }));
      if (isFinal(event)) this.#shut = { error: shut(this.runId, event.type) };
    } catch (error) {
      this.#shut = { error: notJson(event.type, error), isFailure: true };
    }
    this.#wake?.();
  }

  async #work(): Promise<void> {
    try {
      while (!this.#failure) {
        if (this.#events.length > (this.#shut ? 0 : this.#held)) {
          // What is said in the same turn goes in one batch.
          await Promise.resolve();
          await this.#send();
        } else if (this.#shut?.isFailure) throw this.#shut.error;
        else if (this.#shut && this.waiting === 0) return this.#finish();
        else if (await this.#isSilent()) await this.#send();
      }
    } catch (error) {
      this.#finish({ error });
    }
  }

  /** Waits until there is something to do, or it is time for a sign of life. */
  #isSilent(): Promise<boolean> {
    return new Promise(resolve => {
      const wake = (isSilent: boolean): void => {
        stop();
        this.#wake = undefined;
        resolve(isSilent);
      };
      const stop = this.#settings.clock.alarm(this.#settings.signOfLife, () => wake(true), false);
      this.#wake = () => wake(false);
    });
  }

  async #send(): Promise<void> {
    const { batch: usual, onState } = this.#settings;
    const batch = this.#events.first({
      events: Math.min(usual.events + this.#held, this.#most, this.#cut),
      bytes: this.#held ? Infinity : usual.bytes,
    });
    const flush =
      this.#isStuck ||
      this.#cut < Infinity ||
      (this.#shut !== undefined && batch.length === this.#events.length);
    this.#cut = Infinity;
    try {
      if (!this.#isOpen) onState({ status: 'connecting' });
      if (this.#failure) return;
      const answer = await sendBatch(this.#url, { events: batch, flush }, this.#settings, this.#stop.signal);
      if (!this.#failure) this.#settle(batch, answer);
    } catch (error) {
      if (this.#failure || this.#isCut(error, batch.length)) return;
      this.#isOpen = false;
      await this.#retries.wait(error, { isKnown: this.#isKnown });
    }
  }

  #settle(batch: readonly WaitingEvent[], { accepted, cancelRequested }: BatchAnswer): void {
    this.#retries.reset();
    this.#events.drop(batch.slice(0, accepted));
    this.#stored += accepted;
    this.#held = batch.length - accepted;
    this.#isStuck = this.#held > 0 && this.#held >= this.#most;
    this.#isKnown = true;
    while (this.#waiters[0] && this.#waiters[0].count <= this.#done()) this.#waiters.shift()!.resolve();
    if (this.#hasRoom()) {
      this.#room?.resolve();
      this.#room = undefined;
    }
    if (cancelRequested && !this.cancelRequested) {
      this.cancelRequested = true;
      this.#told.abort(cancelled(this.runId));
    }
    if (this.#isOpen) return;
    this.#isOpen = true;
    this.#settings.onState({ status: 'open' });
  }

  /** Whether a smaller batch is to be tried: the events before a bad one, or half of what is too much for the server. */
  #isCut(error: unknown, length: number): boolean {
    const { index, limit, status } = (isSluiceError(error) && error.details) || {};
    if (typeof index === 'number') {
      this.#cut = index || Infinity;
      return index > 0;
    }
    if (length < 2 || !(status === 413 || (status === 400 && limit !== undefined))) return false;
    this.#most = length >> 1;
    return true;
  }

  #hasRoom(): boolean {
    const { events, bytes } = this.#settings.capacity;
    // What is held back waits for what follows.
    return this.waiting <= this.#held || (this.waiting < events && this.#events.bytes < bytes);
  }

  /** How many have gone as far as they can: what is held back goes on with the end, or with what follows. */
  #done(): number {
    return this.#shut ? this.#stored : this.#stored + this.#held;
  }

  readonly #giveUp = (): void => this.#finish({ error: this.#settings.signal?.reason as unknown });

  #finish(failure?: { readonly error: unknown }): void {
    const { signal, onState } = this.#settings;
    signal?.removeEventListener('abort', this.#giveUp);
    if (this.#failure) return;
    if (failure) {
      this.#failure = failure;
      this.#stop.abort();
      this.#retries.stop();
      this.#wake?.();
      for (const { reject } of [...this.#waiters, ...(this.#room ? [this.#room] : [])]) reject(failure.error);
      this.#told.abort(failure.error);
    }
    try {
      onState({ status: 'closed', ...failure });
    } catch {
      // There is nothing left that it could end.
    }
  }
}

function isFinal({ type, data }: ProducedEvent): boolean {
  return type === 'complete' || type === 'cancelled' || (type === 'error' && data?.recoverable !== true);
}

function waiterFor(count: number): Waiter {
  let resolve = (): void => undefined;
  let reject = (_: unknown): void => undefined;
  const promise = new Promise<void>((...settle) => ([resolve, reject] = settle));
  promise.catch(() => undefined);
  return { count, promise, resolve, reject };
}

/** Silent if nobody awaits it. */
function rejected(error: unknown): Promise<void> {
  const { promise, reject } = waiterFor(0);
  reject(error);
  return promise;
}

function notJson(type: unknown, cause: unknown): SluiceError {
  return new SluiceError('BAD_EVENT', `emit: ${String(type)}: expected plain JSON: ${messageOf(cause)}.`, {
    cause,
  });
}

function shut(runId: string, end?: string): SluiceError {
  return end === undefined
    ? new SluiceError('BAD_OPTION', 'producer: expected nothing behind close(). Make another one.', { runId })
    : new SluiceError('RUN_ENDED', `run ${runId}: expected nothing behind ${end}, which ends it.`, { runId });
}

function cancelled(runId: string): SluiceError {
  return new SluiceError('RUN_CANCELLED', `run ${runId}: somebody asked it to stop. Clean up, and end it.`, {
    runId,
  });
}
