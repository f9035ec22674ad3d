import { isPromise } from '../backends/awaitable.ts';
import type { Backend } from '../backends/backend.ts';
import { memoryBackend } from '../backends/memory/memory-backend.ts';
import { Gate } from '../control/gate.ts';
import type { Policy } from '../control/policy.ts';
import type { EventDefinitions } from '../event/define-events.ts';
import { SluiceError } from '../errors/sluice-error.ts';
import type { AnyCustom, CustomEvents } from '../event/run-event.ts';
import {
  KnownSecrets,
  knownSecrets,
  type SecretsOptions,
  type SecretValues,
} from '../secrets/known-secrets.ts';
import { systemClock, type Clock } from '../time/clock.ts';
import { checkAgent, type AnyAgent } from './define-agent.ts';
import { checkNames, type OptionNames } from './check-names.ts';
import { checkNumber, type NumberRange } from './check-number.ts';
import type { AnyObserver, ObserverErrorListener } from './observers/observer.ts';

/** All optional: `createEngine()` keeps runs in memory and works. Times are milliseconds. */
export interface EngineOptions<Custom extends CustomEvents = AnyCustom> {
  /** Where events are kept. Default: `memoryBackend()`. Closed with the engine. */
  readonly backend?: Backend | undefined;
  /** Agents that may be started by name. */
  readonly agents?: readonly AnyAgent[] | undefined;
  /** User-defined event types; without it any `custom:` type with a JSON object goes. */
  readonly events?: EventDefinitions<Custom> | undefined;
  /** Names and values that no event may show, or options that find secrets by their shape too. Default: none. */
  readonly secrets?: SecretValues | SecretsOptions | KnownSecrets | undefined;
  /**
   * What may go ahead: a gate, which several engines may share, or the policies of one of this engine's own. Default: a
   * gate without policies; more can be added at any time, `engine.gate.add(…)`.
   */
  readonly gate?: Gate | readonly Policy[] | undefined;
  /** Told every committed event of this engine's runs; `engine.observe` takes options besides. */
  readonly observers?: readonly AnyObserver[] | undefined;
  /** Told what observers throw, time out and lose. Default: one process warning per observer; all are counted. */
  readonly onObserverError?: ObserverErrorListener | undefined;
  readonly limits?: EngineLimits | undefined;
  /** How long a run is kept after its last activity, 1 s to 365 d. Default: 1 h. */
  readonly ttl?: number | undefined;
  /** How long a run may work, waiting for people not counted; 1 ms to 365 d or `Infinity`. Default: 1 h. */
  readonly maxDuration?: number | undefined;
  /** How long a run may be silent; 1 ms to 365 d or `Infinity`. Default: off; 5 min for `engine.open`. */
  readonly idle?: number | undefined;
  /** How long a stopped run may clean up, 0 to 1 h. Default: 5 s. */
  readonly grace?: number | undefined;
  /**
   * How long a backend that fails or does not answer is asked again, in ms, 0 to 1 h; then the run is lost to its readers
   * here, `STORAGE_LOST`, and ended once the backend is back. Default: 60 s.
   */
  readonly storageTimeout?: number | undefined;
  /** Committed events that late subscribers get without asking the backend, 1 to 1024. Default: 64. */
  readonly window?: number | undefined;
  /** Where time comes from; for tests. Default: the machine's. */
  readonly clock?: Clock | undefined;
}

/** What one engine and one run may hold. */
export interface EngineLimits {
  /** Bytes of one event, 1 KB to 16 MB. Default: 256 KB. */
  readonly eventBytes?: number | undefined;
  /** Events kept per run, 64 to 10 million; the oldest go first. Default: 100,000, in memory 10,000. */
  readonly keptEvents?: number | undefined;
  /** Bytes kept per run, 64 KB to 10 GB. Default: 50 MB, in memory 16 MB. */
  readonly keptBytes?: number | undefined;
  /** What may wait to be stored, per run. Default: 10,000 events and 8 MB. */
  readonly mailbox?:
    { readonly events?: number | undefined; readonly bytes?: number | undefined } | undefined;
  /** Runs alive at once, 1 to 10 million. Default: 100,000. */
  readonly liveRuns?: number | undefined;
}

/** {@link EngineOptions} with every default filled in. */
export interface EngineSettings {
  readonly backend: Backend;
  readonly clock: Clock;
  readonly secrets: KnownSecrets;
  readonly gate: Gate;
  readonly events: EventDefinitions | undefined;
  readonly agents: ReadonlyMap<string, AnyAgent>;
  readonly eventBytes: number;
  readonly keep: { readonly events: number; readonly bytes: number };
  readonly mailbox: { readonly events: number; readonly bytes: number };
  readonly liveRuns: number;
  readonly ttl: number;
  readonly maxDuration: number;
  readonly idle: number | undefined;
  readonly grace: number;
  readonly window: number;
  readonly storageTimeout: number;
}

const SECOND = 1_000;
const HOUR = 3_600 * SECOND;
const YEAR = 365 * 24 * HOUR;
const KB = 1_024;
const MB = KB * KB;

/** Ranges that engine and run options share. */
export const TTL_RANGE: NumberRange = { min: SECOND, max: YEAR, unit: 'ms' };
export const LIFE_RANGE: NumberRange = { min: 1, max: YEAR, unit: 'ms', allowsInfinity: true };

const OPTIONS: OptionNames<EngineOptions> = {
  ...{ backend: true, agents: true, events: true, secrets: true, gate: true, observers: true },
  ...{ onObserverError: true, limits: true, ttl: true, maxDuration: true, idle: true, grace: true },
  ...{ storageTimeout: true, window: true, clock: true },
};
const LIMITS: OptionNames<EngineLimits> = {
  ...{ eventBytes: true, keptEvents: true, keptBytes: true, mailbox: true, liveRuns: true },
};
const MAILBOX: OptionNames<NonNullable<EngineLimits['mailbox']>> = { events: true, bytes: true };

/** Checks the options and fills in the defaults, once. Throws `BAD_OPTION`. */
export function resolveOptions<Custom extends CustomEvents>(options: EngineOptions<Custom>): EngineSettings {
  checkNames('createEngine', options, OPTIONS);
  const { limits = {}, clock = systemClock } = options;
  checkNames('limits', limits, LIMITS);
  const backend = options.backend === undefined ? memoryBackend({ clock }) : checkBackend(options.backend);
  const isLasting = backend.flags.durable;
  const { mailbox = {} } = limits;
  checkNames('limits.mailbox', mailbox, MAILBOX);
  return {
    backend,
    clock,
    secrets: options.secrets instanceof KnownSecrets ? options.secrets : knownSecrets(options.secrets ?? {}),
    gate: gateOf(options.gate, clock),
    events: options.events,
    agents: agentsByName(options.agents ?? []),
    eventBytes: checkNumber('limits.eventBytes', limits.eventBytes, 256 * KB, {
      min: KB,
      max: 16 * MB,
      unit: 'bytes',
    }),
    keep: {
      events: checkNumber('limits.keptEvents', limits.keptEvents, isLasting ? 100_000 : 10_000, {
        ...{ min: 64, max: 10_000_000, unit: 'events' },
      }),
      bytes: checkNumber('limits.keptBytes', limits.keptBytes, (isLasting ? 50 : 16) * MB, {
        ...{ min: 64 * KB, max: 10 * KB * MB, unit: 'bytes' },
      }),
    },
    mailbox: {
      events: checkNumber('limits.mailbox.events', mailbox.events, 10_000, {
        min: 1,
        max: 1_000_000,
        unit: 'events',
      }),
      bytes: checkNumber('limits.mailbox.bytes', mailbox.bytes, 8 * MB, {
        min: KB,
        max: KB * MB,
        unit: 'bytes',
      }),
    },
    liveRuns: checkNumber('limits.liveRuns', limits.liveRuns, 100_000, {
      min: 1,
      max: 10_000_000,
      unit: 'runs',
    }),
    ttl: checkNumber('ttl', options.ttl, HOUR, TTL_RANGE),
    maxDuration: checkNumber('maxDuration', options.maxDuration, HOUR, LIFE_RANGE),
    idle: options.idle === undefined ? undefined : checkNumber('idle', options.idle, Infinity, LIFE_RANGE),
    grace: checkNumber('grace', options.grace, 5 * SECOND, { min: 0, max: HOUR, unit: 'ms' }),
    window: checkNumber('window', options.window, 64, { min: 1, max: 1_024, unit: 'events' }),
    storageTimeout: checkNumber('storageTimeout', options.storageTimeout, 60 * SECOND, {
      ...{ min: 0, max: HOUR, unit: 'ms' },
    }),
  };
}

function checkBackend(backend: Backend): Backend {
  const given: unknown = backend;
  if (typeof given === 'object' && given !== null && 'flags' in given) return backend;
  const got = isPromise(given) ? 'a promise' : given === null ? 'null' : typeof given;
  throw new SluiceError(
    'BAD_OPTION',
    `backend: expected a backend, got ${got}. Wait for those that are opened: await fileBackend({ dir }).`,
  );
}

function gateOf(given: EngineOptions['gate'], clock: Clock): Gate {
  const gate = asGate(given, clock);
  gate.serveRuns();
  return gate;
}

function asGate(gate: EngineOptions['gate'], clock: Clock): Gate {
  if (gate === undefined || Array.isArray(gate))
    return new Gate(gate as readonly Policy[] | undefined, { clock });
  // By shape, since it may be of another copy of the package (ESM and CommonJS).
  if (typeof (gate as Partial<Gate> | null)?.askNow === 'function') return gate as Gate;
  const got = (gate as unknown) === null ? 'null' : typeof gate;
  throw new SluiceError(
    'BAD_OPTION',
    `gate: expected what createGate made, or a list of policies, got ${got}.`,
  );
}

function agentsByName(agents: readonly AnyAgent[]): ReadonlyMap<string, AnyAgent> {
  const byName = new Map<string, AnyAgent>();
  for (const agent of agents) {
    checkAgent(agent);
    if (byName.has(agent.name)) {
      throw new SluiceError('BAD_OPTION', `agents: two agents are named ${agent.name}. Names are unique.`);
    }
    byName.set(agent.name, agent);
  }
  return byName;
}
