import type { Backend, Claim, ReadResult, RunKey, RunRecord } from '../backends/backend.ts';
import { runKey } from '../backends/backend.ts';
import { SluiceError } from '../errors/sluice-error.ts';
import type { EventDefinitions } from '../event/define-events.ts';
import type { JsonObject } from '../event/json.ts';
import type { RunEvent } from '../event/run-event.ts';
import { readStorage } from '../run/read-storage.ts';
import type { RunActor } from '../run/run.ts';
import type { Clock } from '../time/clock.ts';
import { randomName } from '../time/random-name.ts';
import type { Admission } from './admission.ts';
import type { Instance } from './instance.ts';
import type { LiveRuns } from './live-runs.ts';
import { runNotFound } from './run-events.ts';

/** What the runs of producers outside need of their engine. */
export interface OpenRunsHost {
  readonly backend: Backend;
  readonly live: LiveRuns;
  readonly admission: Admission;
  readonly instance: Instance;
  readonly clock: Clock;
  readonly events: EventDefinitions | undefined;
  /** Throws `ENGINE_CLOSED`. */
  readonly checkOpen: () => void;
}

/** How often a run that was created is looked at until its first event is there, and how long between, in ms. */
const LOOKS = 100;
const LOOK_EVERY = 50;

/**
 * Runs that producers outside write, and that another process had before: since nobody does their work in a process,
 * each one can go on with them, where the last one was.
 */
export class OpenRuns {
  readonly #host: OpenRunsHost;

  constructor(host: OpenRunsHost) {
    this.#host = host;
  }

  /**
   * Takes a run from whatever process has it, for a producer that came here; `undefined` if it has ended. Rejects with
   * `RUN_NOT_FOUND`, `STORAGE_LOST`, `TOO_MANY_RUNS`, `ENGINE_CLOSED`.
   */
  async adopt(record: RunRecord): Promise<RunActor | undefined> {
    const { backend, instance, live, checkOpen } = this.#host;
    const { tenantId, runId } = record;
    const key = runKey(tenantId, runId);
    checkOpen();
    live.checkRoom(0);
    if ((await this.#begun(key, runId)).closed) return undefined;
    const claim = backend.lease && (await instance.take(key));
    const newest = await this.#newest(key, runId);
    checkOpen();
    return newest.closed ? undefined : this.goOn(record, newest.entries[0]?.event, claim);
  }

  /** Goes on behind the newest event of a run that is this process' by now. Throws `TOO_MANY_RUNS`. */
  goOn(record: RunRecord, last: RunEvent | undefined, claim: Claim | undefined): RunActor {
    const { live, admission, events } = this.#host;
    const known = live.get(runKey(record.tenantId, record.runId));
    if (known?.parts.identity.epoch === record.epoch) return known;
    const actor = admission.adopt(record, events, claim?.fence);
    const started: JsonObject = record.input === undefined ? {} : { input: record.input };
    actor.adopt(last, randomName(8), { bornAt: Date.parse(record.createdAt), started });
    if (claim?.cancel) actor.stopping.request({ end: 'cancelled', reason: claim.cancel.reason });
    return actor;
  }

  /** Its process may just have created it, and have it before it says that it has started. */
  async #begun(key: RunKey, runId: string): Promise<Page> {
    const { clock } = this.#host;
    for (let look = 1; ; look++) {
      const page = await this.#newest(key, runId);
      if (page.tip > 0) return page;
      if (look === LOOKS) throw notBegun(runId);
      await new Promise<void>(resolve => clock.alarm(LOOK_EVERY, resolve, false));
    }
  }

  async #newest(key: RunKey, runId: string): Promise<Page> {
    const { log } = this.#host.backend;
    const page = await readStorage(`run ${runId}`, () =>
      log.read(key, { after: 0, limit: 1, reverse: true }),
    );
    if (page.result !== 'page') throw runNotFound(runId);
    return page;
  }
}

type Page = Extract<ReadResult, { result: 'page' }>;

function notBegun(runId: string): SluiceError {
  return new SluiceError(
    'STORAGE_LOST',
    `run ${runId}: the process that created it has not begun it. Send the batch again.`,
    { runId },
  );
}
