import type { Log, RunKey } from '../backends/backend.ts';
import type { Gate } from '../control/gate.ts';
import type { EventDefinitions } from '../event/define-events.ts';
import type { EventFilter } from '../event/filter.ts';
import type { JsonObject } from '../event/json.ts';
import type { RunEvent, RunStatus } from '../event/run-event.ts';
import type { KnownSecrets } from '../secrets/known-secrets.ts';
import type { Clock } from '../time/clock.ts';
import type { Sweep } from '../time/sweep.ts';
import type { Outside } from './outside.ts';
import type { MailboxLimits } from './mailbox.ts';

/** Which run it is. */
export interface RunIdentity {
  readonly runId: string;
  readonly tenantId: string;
  readonly key: RunKey;
  readonly epoch: string;
  /** Lets this process write, where several may; absent where one process owns everything. */
  readonly fence?: string | undefined;
  readonly threadId: string | undefined;
  readonly labels: Readonly<Record<string, string>>;
  readonly metadata: JsonObject | undefined;
  /** When a run of the past began, in ms: its events say their own times. */
  readonly startedAt?: number | undefined;
}

/** What a run uses and shares with the others of its engine. */
export interface RunServices {
  readonly log: Log;
  readonly isChained: boolean;
  readonly clock: Clock;
  readonly sweep: Sweep;
  readonly secrets: KnownSecrets;
  /** Asked at the calls of the agent, and in the pipe. */
  readonly gate: Gate;
}

/** How a run behaves; resolved and validated once, by the engine. Times in milliseconds. */
export interface RunSettings {
  readonly record: EventFilter;
  readonly window: number;
  readonly mailbox: MailboxLimits;
  readonly eventBytes: number;
  /** The custom types that were declared, where they were. */
  readonly events?: EventDefinitions | undefined;
  readonly maxDuration: number;
  readonly idle: number;
  /** What the silence of a run is called: an agent's own, or that of a producer outside. */
  readonly idleCode: 'IDLE_TIMEOUT' | 'PRODUCER_SILENT';
  readonly grace: number;
}

/** Everything a run is made of. */
export interface RunParts {
  readonly identity: RunIdentity;
  readonly services: RunServices;
  readonly settings: RunSettings;
  readonly listener: RunListener;
  /** Another process, or the next one, can go on with it. */
  readonly canResume?: boolean | undefined;
  /** Only where a producer outside writes it. */
  readonly outside?: Outside | undefined;
}

/** What a run tells its engine. */
export interface RunListener {
  /** A committed event, in order, before its receipt. */
  committed(event: RunEvent): void;
  /** The status changed; for an ended one the final event has been committed. */
  moved(status: RunStatus, final: RunEvent | undefined): void;
  /** A statement came behind the end, and was dropped. */
  late(): void;
}

/** How a run is adopted. */
export interface Adoption {
  /** In ms. */
  readonly bornAt: number;
  /** What `started` is to say, if that is not in the log. */
  readonly started: JsonObject;
}
