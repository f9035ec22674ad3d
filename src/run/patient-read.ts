import { isPromise, type Awaitable } from '../backends/awaitable.ts';
import type { ReadResult } from '../backends/backend.ts';
import { isSluiceError, SluiceError } from '../errors/sluice-error.ts';
import type { Clock } from '../time/clock.ts';
import { fullJitter } from '../time/full-jitter.ts';
import { soon } from '../time/soon.ts';
import type { Sweep } from '../time/sweep.ts';

/** How long readers wait for a store that is away. */
export interface Patience {
  readonly clock: Clock;
  readonly sweep: Sweep;
  /** Milliseconds for which a read is repeated; 0 for never. */
  readonly timeout: number;
  /** Whether reading again cannot help: the run is lost to this process, or the engine is closed. */
  readonly isFinal: () => boolean;
}

/** Since when nothing could be read, in ms, and why. */
export interface ReadTrouble {
  readonly since: number;
  readonly error: unknown;
}

/** Milliseconds after which a read that is not answered counts as failed: the first one, and a repeated one. */
const FIRST_ATTEMPT = 3_000;
const LONGEST_ATTEMPT = 10_000;
/** The longest wait before the first repetition, doubled with each, and what doubling stops at; in ms. */
const FIRST_WAIT = 100;
const LONGEST_WAIT = 5_000;

/**
 * Reads of one reader, which is told at once when the store is away, and waits for it with its next read: that one is
 * repeated, with full jitter, until it is answered or the time is up. One attempt at a time. Adds nothing to a read that
 * is answered at once.
 */
export class PatientRead {
  readonly #patience: Patience;
  #since: number | undefined;
  #isClosed = false;
  #wake: (() => void) | undefined;

  /** `since`: the trouble that its owner was told of already. */
  constructor(patience: Patience, since?: number) {
    this.#patience = patience;
    this.#since = since;
  }

  /** The answer, or the trouble. Throws or rejects with what cannot be mended, and with `STORAGE_LOST` at the end. */
  read(ask: () => Awaitable<ReadResult>): Awaitable<ReadResult | ReadTrouble> {
    if (this.#since !== undefined) return this.#insist(ask, this.#since);
    const since = this.#patience.clock.now();
    let answer;
    try {
      answer = ask();
    } catch (error) {
      return this.#begin(error, since);
    }
    if (!isPromise(answer)) return answer;
    return this.#inTime(answer, FIRST_ATTEMPT).catch((error: unknown) => this.#begin(error, since));
  }

  /** Nothing is repeated any more; what is under way rejects. */
  close(): void {
    this.#isClosed = true;
    this.#wake?.();
  }

  #begin(error: unknown, since: number): ReadTrouble {
    if (this.#isHopeless(error)) throw error;
    this.#since = since;
    return { since, error };
  }

  async #insist(ask: () => Awaitable<ReadResult>, since: number): Promise<ReadResult> {
    const { clock, timeout } = this.#patience;
    for (let most = FIRST_WAIT; ; most = Math.min(most * 2, LONGEST_WAIT)) {
      await this.#pause(fullJitter(most));
      try {
        const answer = await this.#inTime(ask(), LONGEST_ATTEMPT);
        this.#since = undefined;
        return answer;
      } catch (error) {
        // Asked last, so that a process that was halted for a minute does not give up what it never asked again.
        if (this.#isHopeless(error) || clock.now() - since >= timeout) throw error;
      }
    }
  }

  #isHopeless(error: unknown): boolean {
    const { timeout, isFinal } = this.#patience;
    return timeout === 0 || this.#isClosed || !isSluiceError(error, 'STORAGE_LOST') || isFinal();
  }

  #pause(ms: number): Promise<void> {
    return new Promise(resolve => {
      const stop = this.#patience.clock.alarm(ms, resolve, false);
      this.#wake = () => {
        stop();
        resolve();
      };
    });
  }

  #inTime(answer: Awaitable<ReadResult>, limit: number): Promise<ReadResult> {
    const { clock, sweep, timeout } = this.#patience;
    return new Promise((resolve, reject) => {
      const giveUp = (): void =>
        reject(new SluiceError('STORAGE_LOST', 'the backend does not answer a read.'));
      // An answer that lies ready goes first: time also passes for a process that is halted.
      const ring = (): void => void soon(giveUp);
      const cancel = timeout > 0 ? sweep.at(clock.now() + limit, ring) : undefined;
      Promise.resolve(answer)
        .then(resolve, reject)
        .finally(() => cancel?.());
    });
  }
}
