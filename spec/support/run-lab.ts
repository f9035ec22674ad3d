import { runKey, type Backend } from '../../src/backends/backend.ts';
import { Gate } from '../../src/control/gate.ts';
import { parseFilter } from '../../src/event/filter.ts';
import { RunContext } from '../../src/run/context.ts';
import { Run } from '../../src/run/run-handle.ts';
import type { RunSettings } from '../../src/run/run-parts.ts';
import { LiveSource } from '../../src/run/run-sources.ts';
import { RunActor } from '../../src/run/run.ts';
import { RunReader } from '../../src/run/reader.ts';
import { knownSecrets, type SecretValues } from '../../src/secrets/known-secrets.ts';
import { ManualClock } from '../../src/testing/manual-clock.ts';
import { isoTime } from '../../src/time/iso-time.ts';
import { Sweep } from '../../src/time/sweep.ts';
import { slowBackend, type SlowBackendOptions } from './slow-backend.ts';

export interface LabOptions extends Partial<RunSettings>, Omit<SlowBackendOptions, 'clock'> {
  readonly keep?: { readonly events: number; readonly bytes: number };
  readonly page?: { readonly events: number; readonly bytes: number };
  readonly secrets?: SecretValues;
  readonly gate?: Gate;
  readonly chained?: boolean;
}

/** One run by itself, with a clock that is moved by hand and a backend as slow as the spec wants it. */
export interface RunLab {
  readonly actor: RunActor;
  readonly run: Run;
  readonly context: RunContext;
  readonly clock: ManualClock;
  readonly sweep: Sweep;
  readonly backend: Backend;
  /** Statuses in the order in which the engine is told them. */
  readonly statuses: string[];
}

export function runLab(options: LabOptions = {}): RunLab {
  const { keep = { events: 1e6, bytes: 1e9 }, page = { events: 512, bytes: 1e6 } } = options;
  const clock = new ManualClock();
  const sweep = new Sweep(clock);
  const backend = slowBackend({ ...options, clock });
  const key = runKey('tenant', 'run');
  const identity = {
    ...{
      runId: 'run',
      tenantId: 'tenant',
      key,
      epoch: 'e1',
      threadId: undefined,
      labels: {},
      metadata: undefined,
    },
  };
  const now = isoTime(clock.now());
  void backend.directory.create({
    ...{ runId: 'run', tenantId: 'tenant', epoch: 'e1', status: 'accepted', ttl: 3_600_000, keep },
    ...{ createdAt: now, updatedAt: now },
  });
  const statuses: string[] = [];
  const settings: RunSettings = {
    ...{ record: parseFilter(undefined), window: 64, mailbox: { events: 10_000, bytes: 8e6 } },
    ...{
      eventBytes: 256 * 1024,
      maxDuration: Infinity,
      idle: Infinity,
      idleCode: 'IDLE_TIMEOUT',
      grace: 5_000,
    },
    ...options,
  };
  const { log } = backend;
  const actor = new RunActor({
    identity,
    services: {
      ...{ log, isChained: options.chained ?? false, clock, sweep },
      ...{ secrets: knownSecrets(options.secrets), gate: options.gate ?? new Gate([], { clock }) },
    },
    settings,
    listener: {
      committed: () => undefined,
      moved: status => statuses.push(status),
      late: () => undefined,
    },
  });
  const readAfter = (seq: number): RunReader =>
    new RunReader({
      log,
      key,
      runId: 'run',
      after: { seq },
      epoch: 'e1',
      filter: parseFilter(undefined),
      page,
    });
  const context = new RunContext(actor, undefined, {
    now: () => clock.now(),
    eventBytes: settings.eventBytes,
  });
  return {
    actor,
    run: new Run(new LiveSource(actor, (_, seq) => readAfter(seq))),
    context,
    clock,
    sweep,
    backend,
    statuses,
  };
}
