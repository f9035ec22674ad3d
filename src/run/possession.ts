import type { RunEvent, RunStatus } from '../event/run-event.ts';
import type { Deadlines } from './deadlines.ts';
import { END_SIGNAL, isEnded, type EndType, type LifeSignal } from './lifecycle.ts';
import type { Outside } from './outside.ts';
import type { RunPipe } from './pipe.ts';
import type { RunParts } from './run-parts.ts';
import { askAround } from './silent-producer.ts';
import type { Stop } from './stop.ts';
import { takeBack, type TakenBack } from './take-back.ts';
import type { Window } from './window.ts';

/** What having a run takes of it. */
export interface PossessionHost {
  readonly parts: RunParts;
  readonly window: Window;
  readonly pipe: RunPipe;
  readonly deadlines: Deadlines;
  readonly status: RunStatus;
  /** Milliseconds since it began. */
  readonly age: number;
  readonly stopping: { readonly stop: Stop | undefined; request(stop: Stop): void };
  readonly end: { wasSaid(final: RunEvent): void; reach(): void };
  /** Changes the status, and tells nobody. */
  shift(signal: LifeSignal): void;
}

/**
 * Whether this process has a run whose producer is outside, or another process that may write it, too. It is let go of
 * when somebody else has it, and taken back with what is said next here.
 */
export class Possession {
  /** Its producer is in this process, and goes with it. */
  isWrittenHere = false;
  readonly #host: PossessionHost;
  readonly #outside: Outside;
  #isAway = false;

  constructor(host: PossessionHost, outside: Outside) {
    this.#host = host;
    this.#outside = outside;
  }

  /** Other processes may write it, too, and this one after them. */
  get canRegain(): boolean {
    return this.#outside.ownership !== undefined;
  }

  /** Another process may have the run: takes it, and brings what is known here up to date. */
  async claim(): Promise<void> {
    const { pipe } = this.#host;
    pipe.put({ type: 'claim', data: {}, at: 0, size: 0, fact: true, claim: true });
    await pipe.drained();
  }

  /** Takes the run from the process that has it. */
  async regain(after: number, attempt: number): Promise<TakenBack> {
    const { parts, window, deadlines, stopping } = this.#host;
    const taken = await takeBack(parts, { after, attempt });
    const { last, isClosed, keys, claim } = taken;
    for (const [name, stored] of keys) this.#outside.keys.note(name, stored);
    if (isClosed) return taken;
    if (last) window.restore(last);
    if (this.#isAway) {
      this.#isAway = false;
      if (!stopping.stop) deadlines.resume(this.#host.age);
      this.#outside.came();
    }
    this.heard();
    if (claim.cancel) stopping.request({ end: 'cancelled', reason: claim.cancel.reason });
    return taken;
  }

  /**
   * Another process has the run, or will have it: nothing is enforced here any more, and readers read its log. It comes
   * back with what is said next here.
   */
  letGo(): void {
    const { status, deadlines } = this.#host;
    if (this.#isAway || isEnded(status)) return;
    this.#isAway = true;
    deadlines.pause();
    this.#outside.left();
  }

  /** Another process wrote the end. */
  endedElsewhere(final: RunEvent): void {
    const { end, window } = this.#host;
    end.wasSaid(final);
    this.#host.shift(END_SIGNAL[final.type as EndType]);
    window.restore(final);
    this.#outside.left();
    end.reach();
  }

  /** Its producer gave a sign of life. */
  heard(): void {
    const { deadlines, parts } = this.#host;
    deadlines.active(parts.services.clock.now());
  }

  /** Its producer is silent here: calls `stop` unless it talks to another process. */
  askAround(stop: () => void): void {
    const { pipe, deadlines } = this.#host;
    const host = { fence: pipe.fence, stop, letGo: () => this.letGo(), again: () => deadlines.again() };
    void askAround(this.#outside.ownership!, host);
  }
}
