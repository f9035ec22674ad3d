import { isPromise, type Directory, type RunChange, type RunKey } from '../backends/backend.ts';
import type { RunEvent, RunStatus } from '../event/run-event.ts';
import type { RunListener } from '../run/run-parts.ts';
import type { Clock } from '../time/clock.ts';
import { isoTime } from '../time/iso-time.ts';
import type { LiveRuns } from './live-runs.ts';
import type { EngineMeter, RunEnd } from './metrics/engine-meter.ts';
import type { Observers } from './observers/observers.ts';

/** What the keepers of an engine's runs share. */
export interface KeeperServices {
  readonly directory: Directory;
  readonly clock: Clock;
  readonly live: LiveRuns;
  readonly meter: EngineMeter;
  readonly observers: Observers;
}

/**
 * What the engine does with what a run tells it: observers hear its events, its record follows its status, and an
 * ended run is let go. One change of the record at a time, so that a slow answer never lets an older status overwrite
 * a newer one; what comes meanwhile goes out as one change. The log has the truth of a run, so a record that could
 * not be written is mended by the next change.
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
    const { clock, live, meter } = this.#services;
    const isEnd = final !== undefined || status === 'failed';
    // Lost to this process: whoever gives the run its end tells the record, which may be another one.
    if (final || !isEnd)
      this.#change(isEnd ? { status, endedAt: isoTime(clock.now()), ...whyEnded(final) } : { status });
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
          const goOn = (): void => this.#write();
          written.then(goOn, goOn);
          return;
        }
      } catch {
        // A closed backend takes no more changes, and nobody asks it for a record.
      }
      this.#isWriting = false;
    }
    this.#isWriting = false;
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
