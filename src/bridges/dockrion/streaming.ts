import { SluiceError } from '../../errors/sluice-error.ts';
import { fromEventsFilter, type EventsAllowed } from './events-filter.ts';

/** What the block `streaming` of a Dockfile says, in our words; times are milliseconds. Absent: it says nothing. */
export interface DockrionStreaming {
  readonly backend?: 'memory' | 'redis' | undefined;
  /** As it stands there; Dockrion puts in the variables of `${…}`. */
  readonly redisUrl?: string | undefined;
  /** As `dockrion({ events })` takes it. */
  readonly events?: EventsAllowed | undefined;
  readonly heartbeat?: number | undefined;
  readonly maxDuration?: number | undefined;
  readonly ttl?: number | undefined;
  readonly keptEvents?: number | undefined;
  /** What it says that has no counterpart here, or that nobody knows: a sentence for each. */
  readonly notes: readonly string[];
}

type Facts = Omit<DockrionStreaming, 'notes'>;
/** What a value is here, why it is nothing, or what was expected instead. */
type Reading = (value: unknown) => Facts | { readonly idle: string } | { readonly expected: string };

const FEWEST_EVENTS = 64;
const OWN_IDS = idle('ids are UUIDs of version 7, or those that clients name');

const READINGS: Readonly<Record<string, Reading>> = {
  async_runs: flag('runs are always there'),
  backend: value => {
    if (value === 'memory' || value === 'redis') return { backend: value };
    return { expected: 'memory or redis' };
  },
  allow_client_ids: flag('clients may always name their runs'),
  'events.allowed': value => {
    const events = value === null ? undefined : (value as EventsAllowed);
    if (events !== undefined && typeof events !== 'string' && !isTexts(events))
      return { expected: 'a preset, or a list of events' };
    fromEventsFilter(events);
    return { events };
  },
  'events.heartbeat_interval': seconds(1, 300, heartbeat => ({ heartbeat })),
  'events.max_run_duration': seconds(1, 86_400, maxDuration => ({ maxDuration })),
  'connection.default_timeout': idle('a stream ends with its run, or at streamAge'),
  'connection.max_subscribers_per_run': idle('a run has any number of readers'),
  'redis.url': value => (typeof value === 'string' ? { redisUrl: value } : { expected: 'an address' }),
  'redis.stream_ttl_seconds': seconds(60, 604_800, ttl => ({ ttl })),
  'redis.max_events_per_run': value => {
    if (typeof value !== 'number' || !(value >= 10 && value <= 100_000)) return { expected: '10 to 100000' };
    return { keptEvents: Math.max(FEWEST_EVENTS, Math.floor(value)) };
  },
  'redis.connection_pool_size': idle('a process has a fixed number of connections'),
  'id_generator.type': value => (value === 'uuid' ? {} : OWN_IDS()),
  'id_generator.handler': OWN_IDS,
};

/**
 * Reads the block `streaming` of a Dockfile, which was read from YAML. Throws `BAD_OPTION` for a value that Dockrion would
 * refuse, `BAD_FILTER` for events that it does not have; what it does not know is passed over there, and named here.
 */
export function streamingOf(dockfile: unknown): DockrionStreaming {
  const streaming = isGroup(dockfile) ? dockfile['streaming'] : undefined;
  if (streaming === undefined || streaming === null) return { notes: [] };
  if (!isGroup(streaming)) throw bad('', 'a group of settings');
  const notes: string[] = [];
  const facts = leaves(streaming, '').reduce<Facts>(
    (known, [key, value]) => ({ ...known, ...read(key, value, notes) }),
    {},
  );
  return { ...facts, notes };
}

function read(key: string, value: unknown, notes: string[]): Facts {
  const reading = Object.hasOwn(READINGS, key) ? READINGS[key] : undefined;
  if (!reading) {
    notes.push(`streaming.${key}: Dockrion does not know it either, it does nothing.`);
    return {};
  }
  const facts = reading(value);
  if ('expected' in facts) throw bad(key, facts.expected);
  if (!('idle' in facts)) return facts;
  notes.push(`streaming.${key}: it does nothing here: ${facts.idle}.`);
  return {};
}

/** What stands in groups, by its path. */
function leaves(group: Readonly<Record<string, unknown>>, at: string): [string, unknown][] {
  return Object.entries(group).flatMap(([name, value]): [string, unknown][] =>
    isGroup(value) ? leaves(value, `${at}${name}.`) : [[`${at}${name}`, value]],
  );
}

function idle(why: string): () => { readonly idle: string } {
  return () => ({ idle: why });
}

function flag(otherwise: string): Reading {
  return (value): ReturnType<Reading> => {
    if (typeof value !== 'boolean') return { expected: 'true or false' };
    return value ? {} : { idle: otherwise };
  };
}

function seconds(least: number, most: number, facts: (ms: number) => Facts): Reading {
  return value => {
    const isIn = typeof value === 'number' && value >= least && value <= most;
    return isIn ? facts(value * 1_000) : { expected: `${least} to ${most} seconds` };
  };
}

function isGroup(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every(item => typeof item === 'string');
}

function bad(key: string, expected: string): SluiceError {
  return new SluiceError('BAD_OPTION', `dockrion: streaming${key && `.${key}`}: expected ${expected}.`);
}
