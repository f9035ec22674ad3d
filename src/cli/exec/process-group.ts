import { asyncScheduler } from 'rxjs';
import { pause } from '../pause.ts';

/** Milliseconds between two looks at whether somebody is left. */
const LOOK = 20;
/** Milliseconds for a killed process to be gone. What is left then is a zombie that nobody collects. */
const TO_BE_GONE = 2_000;

/** A program and all it started, but for what left the group to be on its own. */
export class ProcessGroup {
  readonly #leader: number;

  constructor(leader: number) {
    this.#leader = leader;
  }

  /** Whether anybody is there to hear it. */
  send(signal: NodeJS.Signals | 0): boolean {
    try {
      return process.kill(-this.#leader, signal);
    } catch {
      // Nobody, or nobody who may be sent anything.
      return false;
    }
  }

  /**
   * Sends the signal, and `SIGKILL` when `grace` milliseconds are over or `atOnce` fires. Resolves when nobody is left.
   */
  async stop(signal: NodeJS.Signals, grace: number, atOnce: AbortSignal): Promise<void> {
    this.send(signal);
    // Who is halted could not hear it.
    this.send('SIGCONT');
    await this.#emptied(grace, atOnce);
    if (!this.send('SIGKILL')) return;
    await this.#emptied(TO_BE_GONE);
  }

  async #emptied(longest: number, atOnce = new AbortController().signal): Promise<void> {
    const deadline = asyncScheduler.now() + longest;
    while (this.send(0) && asyncScheduler.now() < deadline && !atOnce.aborted) {
      await pause(LOOK, atOnce).catch(() => undefined);
    }
  }
}
