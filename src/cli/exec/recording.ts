import { asyncScheduler } from 'rxjs';
import { isSluiceError, type JsonObject } from '../../index.ts';
import {
  produceRun,
  type ConnectionState,
  type ProducedEvent,
  type RunProducer,
} from '../../client/index.ts';
import type { Server } from '../server-address.ts';

/** Whoever wants to know how the recording is doing. */
export interface RecordingListener {
  /** Somebody asked the run to stop. */
  cancelled(): void;
  /** Nothing is recorded any more; `error` says why. */
  lost(error: unknown): void;
  /** The server does not answer; what is said waits. */
  waiting(error: unknown): void;
  /** It answers again. */
  back(): void;
}

/** How a run ends. */
export type RunEnding =
  | { readonly status: 'completed'; readonly output: JsonObject }
  | { readonly status: 'failed'; readonly message: string; readonly details: JsonObject }
  | { readonly status: 'cancelled'; readonly reason: string };

/** So often a silent program hears that somebody cancelled. Milliseconds. */
const SIGN_OF_LIFE = 1_000;
/** A request that fails is sent again after so long at the most. */
const LONGEST_RETRY = 2_000;
/** From this failure in a row on it is worth a word. */
const NOTICED = 2;
const MB = 1_024 * 1_024;

/** A run as a program's output becomes its events. Memory: 4 MB of events that the server has not taken, twice. */
export class Recording {
  readonly runId: string;
  readonly #server: Server;
  readonly #listener: RecordingListener;
  readonly #stop = new AbortController();
  #producer: RunProducer;
  /** The events said last, those that are not stored among them. */
  #said: ProducedEvent[] = [];
  #taken = 0;
  #isEnding = false;
  #isOver = false;
  #isStored = false;
  #isWaiting = false;
  /** Settled when the listener has heard of the end of the producer. */
  #told: Promise<void> | undefined;

  constructor(server: Server, runId: string, listener: RecordingListener) {
    this.runId = runId;
    this.#server = server;
    this.#listener = listener;
    this.#producer = this.#produce();
  }

  /** Whether the run has ended, and everything before that is stored. */
  get isStored(): boolean {
    return this.#isStored;
  }

  /** Takes events at once. Resolves when there is room for more, or nothing is recorded any more. */
  async say(events: readonly ProducedEvent[]): Promise<void> {
    if (this.#isOver) return;
    let room: Promise<void> | undefined;
    for (const event of events) {
      this.#said.push(event);
      this.#taken++;
      room = this.#producer.emit(event);
    }
    if (this.#said.length > 2 * this.#producer.waiting + 64) {
      this.#said = this.#said.slice(this.#said.length - this.#producer.waiting);
    }
    await room?.catch(() => undefined);
  }

  /** Ends the run. Resolves when that is stored, or nothing is recorded any more. */
  async end(ending: RunEnding): Promise<void> {
    this.#isEnding = true;
    while (!this.#isOver) {
      const producer = this.#producer;
      try {
        await this.#end(ending);
        this.#isStored = this.#isOver = true;
      } catch {
        // Lost, or there is another producer now.
        if (producer === this.#producer) this.#isOver = true;
      }
    }
    await this.#told;
  }

  /** From now on waits for the server no longer than so many milliseconds, twice as long at the most. */
  hurry(longest: number, stored = -1): void {
    if (this.#isOver) return;
    const { waiting } = this.#producer;
    const now = this.#taken - waiting;
    if (waiting > 0 && now === stored) this.#stop.abort(new Error('the server did not answer in time.'));
    else asyncScheduler.schedule(() => this.hurry(longest, waiting > 0 ? now : -1), longest);
  }

  #end(ending: RunEnding): Promise<void> {
    switch (ending.status) {
      case 'completed':
        return this.#producer.complete({ output: ending.output });
      case 'failed':
        return this.#producer.fail({
          code: 'PROGRAM_FAILED',
          message: ending.message,
          details: ending.details,
        });
      case 'cancelled':
        return this.#producer.cancelled({ reason: ending.reason });
    }
  }

  #produce(): RunProducer {
    const producer = produceRun(this.#server.client.eventsUrl(this.runId), {
      headers: this.#server.headers,
      signal: this.#stop.signal,
      signOfLife: SIGN_OF_LIFE,
      maxRetryDelay: LONGEST_RETRY,
      batch: { bytes: MB / 2 },
      onState: state => this.#heard(state),
    });
    producer.signal.addEventListener('abort', () => {
      this.#told = this.#ended(producer.signal.reason);
    });
    return producer;
  }

  #heard(state: ConnectionState): void {
    if (state.status === 'waiting' && state.attempt === NOTICED && !this.#isWaiting) {
      this.#isWaiting = true;
      this.#listener.waiting(state.error);
    } else if (state.status === 'open' && this.#isWaiting) {
      this.#isWaiting = false;
      this.#listener.back();
    }
  }

  async #ended(reason: unknown): Promise<void> {
    if (isSluiceError(reason, 'RUN_CANCELLED')) return this.#listener.cancelled();
    if (this.#sayAnew(reason)) return;
    this.#isOver = true;
    this.#said = [];
    // Whoever cancelled it may have done so while nothing came through.
    if (isSluiceError(reason, 'RUN_ENDED') && (await this.#isCancelled())) return this.#listener.cancelled();
    this.#listener.lost(reason);
  }

  /** An event that this server does not take, such as one of a type that it does not define, is said as text. */
  #sayAnew(reason: unknown): boolean {
    if (!isSluiceError(reason) || reason.details?.['index'] === undefined) return false;
    const count = this.#producer.waiting - (this.#isEnding ? 1 : 0);
    const [refused, ...rest] = this.#said.slice(this.#said.length - count);
    if (count < 1 || refused === undefined || refused.type === 'token') return false;
    const content = `${JSON.stringify(refused.data)}\n`;
    this.#producer = this.#produce();
    this.#said = [];
    void this.say([{ type: 'token', data: { content, messageId: 'refused' } }, ...rest]);
    return true;
  }

  async #isCancelled(): Promise<boolean> {
    try {
      return (await this.#server.client.get(this.runId)).status === 'cancelled';
    } catch {
      return false;
    }
  }
}
