import { SluiceError } from '../errors/sluice-error.ts';
import { checkData } from './check-data.ts';
import type { EventDefinitions } from './define-events.ts';
import { END_TYPES, isReserved, RESERVED_TYPES } from './event-types.ts';
import { parseTime, shownTime, TIME_FORMAT } from './event-time.ts';
import { intakeData } from './intake.ts';
import type { JsonObject } from './json.ts';
import { checkNode } from './node-path.ts';
import type { EventSource } from './run-event.ts';

/** What a producer may say of an event besides its type and data. */
export interface EnvelopeInput {
  readonly source?: EventSource;
  readonly node?: string;
  readonly cause?: number;
  readonly metadata?: JsonObject;
}

/** An event as a producer outside the process hands it in; checked and copied. */
export interface EventInput extends EnvelopeInput {
  readonly type: string;
  readonly data: JsonObject;
  /** An upper estimate of `data` and `metadata` as JSON, in characters. */
  readonly size: number;
  /** The producer's own name for this event: the same key twice is one event. */
  readonly key?: string;
  /** It ends the run. */
  readonly final?: true;
  /** When it happened, in milliseconds since the Unix epoch; only where `times` are taken. */
  readonly at?: number;
}

/** What a producer may do. */
export interface ParseEventOptions {
  /**
   * Given if the producer owns the run, so that it may send its ends: `complete`, `cancelled`, and `error`, which is
   * final unless it says `recoverable: true`. `durationMs` is the age of the run, for a `complete` without one.
   */
  readonly ends?: { readonly durationMs: number } | undefined;
  /** Given if events may say when they happened: not before `since`, and what is later than `now` is now. In ms. */
  readonly times?: { readonly since: number; readonly now: number } | undefined;
  /** The largest event in bytes, to give up early on what is far larger; `checkSize` is exact. */
  readonly limit?: number | undefined;
}

const SOURCES: readonly unknown[] = ['agent', 'user', 'environment', 'runtime'] satisfies EventSource[];
const ENDS: readonly string[] = END_TYPES;
const MEMBERS = ['type', 'data', 'source', 'node', 'cause', 'metadata', 'key', 'final', 'time'];
const LONGEST_KEY = 256;
/** What {@link defaultsOf} may add, in characters. */
const DEFAULTS_SIZE = 48;

/**
 * Checks one event that comes from outside: `{type, data, source?, node?, cause?, metadata?, key?, time?}`. `data` must match
 * the schema of its type, and keeps the members that the schema does not know. With `definitions` a custom type
 * must be declared.
 *
 * Throws `BAD_EVENT` for a type, envelope or data that is not as it must be, `RESERVED_TYPE` for types that only the
 * engine makes, `EVENT_TOO_LARGE`.
 */
export function parseEventInput(
  input: unknown,
  definitions?: EventDefinitions,
  { ends, times, limit }: ParseEventOptions = {},
): EventInput {
  const { type, data: given, source, node, cause, metadata, key, time, final: claimed } = membersOf(input);
  if (typeof type !== 'string') throw badEvent('type: expected a string');
  const at = time === undefined ? undefined : timeOf(time, times);
  const isEnd = ends !== undefined && ENDS.includes(type);
  if (isReserved(type) && !isEnd) throw reserved(type);

  const taken = intakeData(given ?? (isEnd ? {} : given), shown(type), limit);
  const data = isEnd
    ? { ...defaultsOf(type, at === undefined ? ends.durationMs : at - times!.since), ...taken.data }
    : taken.data;
  checkData(type, data, definitions);
  const { size, ...envelope } = parseEnvelope({ source, node, cause, metadata }, limit);
  const final = isEnd && !(type === 'error' && data.recoverable === true);
  if (claimed !== undefined && claimed !== final)
    throw badEvent(`final: expected ${final} or nothing for ${shown(type)}`);
  return {
    type,
    data,
    size: taken.size + DEFAULTS_SIZE + size,
    ...envelope,
    ...(key !== undefined && { key: keyOf(key) }),
    ...(final && { final }),
    ...(at !== undefined && { at }),
  };
}

/**
 * Checks and copies what stands around `data`; `size` is an upper estimate of it as JSON, in characters. Throws
 * `BAD_EVENT`, `EVENT_TOO_LARGE`.
 */
export function parseEnvelope(
  { source, node, cause, metadata }: { readonly [Member in keyof EnvelopeInput]?: unknown },
  limit?: number,
): EnvelopeInput & { readonly size: number } {
  const facts = metadata === undefined ? undefined : intakeData(metadata, 'metadata', limit);
  return {
    size: facts?.size ?? 0,
    ...(source !== undefined && { source: sourceOf(source) }),
    ...(node !== undefined && { node: checkNode(node) }),
    ...(cause !== undefined && { cause: causeOf(cause) }),
    ...(facts !== undefined && { metadata: facts.data }),
  };
}

function membersOf(input: unknown): Record<string, unknown> {
  if (typeof input !== 'object' || input === null || Array.isArray(input))
    throw badEvent('expected an object');
  const stranger = Object.keys(input).find(name => !MEMBERS.includes(name));
  if (stranger !== undefined) {
    throw badEvent(
      `expected the members ${MEMBERS.join(', ')}, got ${shown(stranger)}; what is your own goes into data`,
    );
  }
  return input as Record<string, unknown>;
}

function defaultsOf(type: string, durationMs: number): JsonObject {
  if (type === 'complete') return { durationMs };
  return type === 'error' ? { recoverable: false } : {};
}

function timeOf(time: unknown, times: ParseEventOptions['times']): number {
  if (!times) throw badEvent('time: expected none; only a run that was opened with startedAt takes times');
  const at = parseTime(time);
  if (at === undefined) throw badEvent(`time: expected ${TIME_FORMAT}, got ${shownTime(time)}`);
  return Math.max(times.since, Math.min(at, times.now));
}

function sourceOf(source: unknown): EventSource {
  if (!SOURCES.includes(source)) throw badEvent(`source: expected ${SOURCES.join(', ')}`);
  return source as EventSource;
}

function causeOf(cause: unknown): number {
  if (!Number.isSafeInteger(cause) || (cause as number) < 1)
    throw badEvent('cause: expected the seq of an event');
  return cause as number;
}

function keyOf(key: unknown): string {
  if (typeof key === 'string' && key !== '' && key.length <= LONGEST_KEY) return key;
  throw badEvent(`key: expected a string of 1 to ${LONGEST_KEY} characters`);
}

function reserved(type: string): SluiceError {
  return new SluiceError(
    'RESERVED_TYPE',
    `event: ${type} is made by the engine alone. Emit streaming, execution, conversation or custom types.`,
    { details: { reserved: RESERVED_TYPES } },
  );
}

function badEvent(problem: string): SluiceError {
  return new SluiceError('BAD_EVENT', `event: ${problem}.`);
}

function shown(name: string): string {
  return name.slice(0, 100);
}
