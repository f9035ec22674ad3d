import { isPromise } from '../backends/awaitable.ts';
import type { Directory, RunChange, RunKey } from '../backends/backend.ts';
import type { RunEvent, RunStatus } from '../event/run-event.ts';
import type { RunListener } from '../run/run-parts.ts';
import type { Clock } from '../time/clock.ts';
import type { LiveRuns } from './live-runs.ts';
import type { EngineMeter, RunEnd } from './metrics/engine-meter.ts';
import type { RepeatedWork } from './repeated-work.ts';
import type { Observers } from './observers/observers.ts';

/** What the keepers of an engine's runs share. */
export interface KeeperServices {
  readonly directory: Directory;
  /** Tries again what the directory refused. */
  readonly refused: RepeatedWork;
  readonly clock: Clock;
  readonly live: LiveRuns;
  readonly meter: EngineMeter;
  readonly observers: Observers;
}

/**
 * What the engine does with what a run tells it: observers hear its events, its record follows its status, and an
 * ended run is let go. One change of the record at a time, so that a slow answer never lets an older status overwrite
 * a newer one; what comes meanwhile goes out as one change. What could not be written is written with the next change,
 * or by itself: the log has the truth of a run, and its record must not say anything else for longer than it has to.
 */
export class RunKeeper implements RunListener {
  readonly #services: KeeperServices;
  readonly #key: RunKey;
  #next: RunChange | undefined;
  #isWriting = false;

  constructor(services: KeeperServices, key: RunKey) {
    this.#services = services;
    this.#key = key;
  }

  committed(event: RunEvent): void {
    const { observers } = this.#services;
    if (!observers.isEmpty) observers.tell(event);
  }

  /** Never throws. */
  moved(status: RunStatus, final: RunEvent | undefined): void {
    const { live, meter } = this.#services;
    const isEnd = final !== undefined || status === 'failed';
    // Lost to this process: whoever gives the run its end tells the record, which may be another one.
    if (final || !isEnd)
      this.#change(final ? { status, endedAt: final.time, ...whyEnded(final) } : { status });
    if (!isEnd) return;
    live.remove(this.#key);
    meter.ended[final ? (status as RunEnd) : 'lost']++;
  }

  late(): void {
    this.#services.meter.late++;
  }

  #change(change: RunChange): void {
    this.#next = this.#next ? { ...this.#next, ...change } : change;
    if (!this.#isWriting) this.#write();
  }

  #write(): void {
    while (this.#next) {
      const change = this.#next;
      this.#next = undefined;
      this.#isWriting = true;
      try {
        const written = this.#services.directory.update(this.#key, change);
        if (isPromise(written)) {
          written.then(
            () => this.#goOn(),
            () => this.#refused(change),
          );
          return;
        }
      } catch {
        return this.#refused(change);
      }
      this.#isWriting = false;
    }
    this.#isWriting = false;
  }

  #goOn(): void {
    this.#isWriting = false;
    this.#write();
  }

  /** What came since goes out at once, and takes it along. */
  #refused(change: RunChange): void {
    const newer = this.#next;
    this.#next = { ...change, ...newer };
    this.#isWriting = false;
    if (newer) this.#write();
    else this.#services.refused.add(this, () => this.#repeat());
  }

  async #repeat(): Promise<void> {
    const change = this.#next;
    if (!change || this.#isWriting) return;
    this.#next = undefined;
    this.#isWriting = true;
    try {
      await this.#services.directory.update(this.#key, change);
    } catch (error) {
      this.#refused(change);
      throw error;
    }
    this.#goOn();
  }
}

/** What the record of a run says of its end. */
export function whyEnded(final: RunEvent | undefined): RunChange {
  switch (final?.type) {
    case 'complete':
      return final.data.output === undefined ? {} : { output: final.data.output };
    case 'error':
      return { error: { code: final.data.code, message: final.data.message } };
    case 'cancelled':
      return final.data.reason === undefined ? {} : { reason: final.data.reason };
    default:
      return {};
  }
}
