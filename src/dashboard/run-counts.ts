import type { RunStats } from '../client/index.ts';
import type { RunStatus } from '../event/run-event.ts';
import { systemClock } from '../time/clock.ts';
import type { RunList } from './run-list.ts';
import { server } from './server.ts';

/** The server counts its runs one by one, so it is not asked more often; milliseconds. */
const LEAST_PAUSE = 10_000;

/**
 * How many runs there are: counted here where the list holds all of them, and otherwise asked for, a while after
 * something has changed.
 */
export class RunCounts {
  readonly #list: RunList;
  readonly #onChange: () => void;
  #asked: RunStats | undefined;
  #isAsking = false;
  #nextAt = 0;

  constructor(list: RunList, onChange: () => void) {
    this.#list = list;
    this.#onChange = onChange;
  }

  /** Absent while nobody knows. */
  get stats(): RunStats | undefined {
    return this.#list.isWhole ? statsOf(this.#list) : this.#asked;
  }

  /** To be called every second. Asks where that is due, and somebody may be looking. */
  tick(): void {
    const { isWhole, state } = this.#list;
    const now = systemClock.now();
    if (isWhole || state !== 'live' || this.#isAsking || now < this.#nextAt || document.hidden) return;
    this.#isAsking = true;
    server
      .stats()
      .then(
        stats => (this.#asked = stats),
        // Numbers that are not there are told as such.
        () => (this.#asked = undefined),
      )
      .finally(() => {
        // A server that takes long to count is asked less often.
        const took = systemClock.now() - now;
        this.#nextAt = systemClock.now() + Math.max(LEAST_PAUSE, 20 * took);
        this.#isAsking = false;
        this.#onChange();
      });
  }
}

function statsOf({ runs }: RunList): RunStats {
  const byStatus: Record<RunStatus, number> = {
    ...{ accepted: 0, running: 0, waiting: 0, completed: 0, failed: 0, cancelled: 0 },
  };
  for (const { status } of runs) byStatus[status]++;
  return { total: runs.length, byStatus };
}
