import type { Backend, RunKey } from '../backends/backend.ts';
import { MemoryNotes } from '../backends/memory-notes.ts';
import type { Notes } from '../backends/notes.ts';
import type { Patience } from '../run/patient-read.ts';
import { degradedNotice } from '../run/reader.ts';
import type { TextMask } from '../secrets/mask-value.ts';
import type { Clock } from '../time/clock.ts';
import type { Sweep } from '../time/sweep.ts';
import type { LiveRuns } from './live-runs.ts';
import { maskedCommands } from './masked-commands.ts';
import { countedDirectory } from './metrics/counted-directory.ts';
import { countedLease } from './metrics/counted-lease.ts';
import type { EngineMeter } from './metrics/engine-meter.ts';
import { settleOrphan } from './orphans.ts';
import { PatientLog } from './patient-log.ts';
import { RepeatedWork } from './repeated-work.ts';

const END = {
  code: 'STORAGE_LOST',
  message: 'The backend was away for longer than its time limit, and the end of the run could not be stored.',
} as const;

/** What a backend is used with. */
export interface PatientBackendParts {
  readonly clock: Clock;
  readonly sweep: Sweep;
  readonly live: LiveRuns;
  readonly meter: EngineMeter;
  /** What commands to other processes must not show. */
  readonly secrets: TextMask;
  /** Milliseconds for which it may be away. */
  readonly timeout: number;
}

/** A backend, and how long its readers wait for it. */
export interface PatientBackend extends Backend {
  readonly notes: Notes;
  /** What it refused, and is asked for again. */
  readonly refused: RepeatedWork;
  readonly patienceFor: (key: RunKey) => Patience;
}

/** The backend as the runs of an engine use it: with patience, and with an end for what was lost all the same. */
export function patientBackend(
  backend: Backend,
  { clock, sweep, live, meter, secrets, timeout }: PatientBackendParts,
): PatientBackend {
  const { flags, directory, lease, commands } = backend;
  const refused = new RepeatedWork({ clock, sweep });
  const settle = async (key: RunKey, fence: string | undefined): Promise<void> => {
    const record = await directory.get(key);
    if (record)
      await settleOrphan({ backend, clock }, record, END, fence === undefined ? undefined : { fence });
    log.forget(key);
  };
  const log = new PatientLog(backend.log, {
    ...{ clock, sweep, meter, timeout, lost: (key, fence) => refused.add(key, () => settle(key, fence)) },
    degraded(key, since) {
      const actor = live.get(key);
      actor?.window.notify(degradedNotice(actor.parts.identity.runId, since));
    },
  });
  const ownNotes = new MemoryNotes();
  return {
    notes: backend.notes ?? ownNotes,
    ...{
      flags,
      log,
      directory: countedDirectory(directory, meter),
      ...(lease && { lease: countedLease(lease, meter) }),
      ...(commands && { commands: maskedCommands(commands, secrets) }),
    },
    refused,
    patienceFor: key => ({ clock, sweep, timeout, isFinal: () => log.isOver(key) }),
    close() {
      log.close();
      ownNotes.close();
      return backend.close();
    },
  };
}
