import { asyncScheduler } from 'rxjs';
import type { LogEvent } from '../../bridges/agent-logs/index.ts';

/** An event with the time it is stored under, and with that of the log where this is another one. */
export interface TimedEvent extends LogEvent {
  readonly importedTime?: string | undefined;
}

/**
 * The times of a log as those of a run, which never run backwards and never are ahead of the clock: what the log says
 * otherwise stands beside.
 */
export class ImportedTimes {
  readonly #areTaken: boolean;
  /** Texts of one length and zone, which compare like their times. */
  #latest = '';

  /** `areTaken`: the run takes times at all. */
  constructor(areTaken: boolean) {
    this.#areTaken = areTaken;
  }

  of({ time, ...event }: LogEvent): TimedEvent {
    if (time === undefined) return event;
    if (!this.#areTaken || time < this.#latest || time > isoNow()) return { ...event, importedTime: time };
    this.#latest = time;
    return { ...event, time };
  }
}

function isoNow(): string {
  return new Date(asyncScheduler.now()).toISOString();
}
