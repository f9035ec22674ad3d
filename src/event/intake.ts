import { isSluiceError, SluiceError } from '../errors/sluice-error.ts';
import { messageOf } from '../errors/error-text.ts';
import type { Json, JsonObject } from './json.ts';

/** Data as it enters the engine: a copy of its own, and an upper estimate of its JSON in characters. */
export interface Intake {
  readonly data: JsonObject;
  readonly size: number;
}

/** Objects inside objects, at most. */
const DEEPEST = 64;
/** What the longest number (-1.7976931348623157e+308) needs; also more than `true`, `false` and `null`. */
const SCALAR = 24;
/** Quotes, colon and comma around a key. */
const MEMBER = 4;
const BRACKETS = 2;
// The estimate is at most this many times the JSON: beyond it the event is certainly too large.
const CERTAINLY = 16;
const DEFAULT_LIMIT = 2 ** 20;

/**
 * Checks that `data` is a plain JSON object and makes a frozen copy of it, so that nobody shares a mutable object with
 * the caller. Members that are `undefined` are left out, `-0` becomes `0`; half a surrogate pair is kept, since streamed
 * text may be cut inside one and JSON writes it as an escape; members under symbols are none of JSON's and not
 * looked at. `what` is named in errors, usually the event's type.
 *
 * Throws `BAD_EVENT` with the path of what JSON cannot say (functions, symbols, bigints, cycles, class
 * instances, non-finite numbers, `undefined` in arrays), of a key `__proto__`, and below 64 levels. Throws
 * `EVENT_TOO_LARGE` when the size is far beyond `limit` bytes, before copying the rest; {@link checkSize}
 * is exact.
 */
export function intakeData(data: unknown, what: string, limit: number = DEFAULT_LIMIT): Intake {
  const { value, size } = intakeJson(data, what, limit, true);
  return { data: value as JsonObject, size };
}

/** {@link intakeData} for any JSON value. */
export function intakeValue(
  value: unknown,
  what: string,
  limit: number = DEFAULT_LIMIT,
): { value: Json; size: number } {
  return intakeJson(value, what, limit, false);
}

/**
 * Refuses an event larger than `limit` bytes with `EVENT_TOO_LARGE`. `size` is the estimate of
 * {@link intakeData}; only if it leaves a doubt is `exact` asked for the bytes of the whole line.
 */
export function checkSize(size: number, limit: number, exact: () => number, what: string): void {
  // One character is at most six bytes (\u0000), and the envelope around the data at most 512.
  if (size * 6 + 512 <= limit) return;
  const bytes = exact();
  if (bytes > limit) throw tooLarge(what, `${bytes} bytes`, limit);
}

function intakeJson(
  given: unknown,
  what: string,
  limit: number,
  object: boolean,
): { value: Json; size: number } {
  const walk: Walk = { what, limit, size: 0, path: undefined, above: undefined };
  try {
    if (object && (typeof given !== 'object' || given === null || Array.isArray(given))) {
      throw refusal(walk, undefined, `expected an object, got ${nameOf(given)}`);
    }
    const value = copyValue(given, undefined, walk);
    return { value, size: walk.size };
  } catch (error) {
    if (isSluiceError(error)) throw error;
    // A getter or a proxy of the caller threw.
    throw new SluiceError('BAD_EVENT', `${what}: data cannot be read: ${messageOf(error)}.`, {
      cause: error,
    });
  }
}

/** The state of one intake. The path and the objects above the current one exist once there is nesting. */
interface Walk {
  readonly what: string;
  readonly limit: number;
  size: number;
  path: (string | number)[] | undefined;
  above: object[] | undefined;
}

function copyValue(value: unknown, key: string | number | undefined, walk: Walk): Json {
  switch (typeof value) {
    case 'string':
      walk.size += value.length + BRACKETS;
      return value;
    case 'number':
      if (!Number.isFinite(value)) throw refusal(walk, key, `expected a finite number, got ${value}`);
      walk.size += SCALAR;
      return value === 0 ? 0 : value;
    case 'boolean':
      walk.size += SCALAR;
      return value;
    case 'object':
      if (value !== null) return copyNested(value, key, walk);
      walk.size += SCALAR;
      return null;
    default:
      throw refusal(walk, key, `expected JSON, got ${nameOf(value)}`);
  }
}

function copyNested(value: object, key: string | number | undefined, walk: Walk): Json {
  if (key === undefined) return copyContainer(value, walk);
  const path = (walk.path ??= []);
  const above = (walk.above ??= []);
  path.push(key);
  if (path.length >= DEEPEST) {
    const problem = above.includes(value)
      ? 'expected a tree, got a cycle'
      : `expected at most ${DEEPEST} levels`;
    throw refusal(walk, undefined, problem);
  }
  above.push(value);
  const copy = copyContainer(value, walk);
  above.pop();
  path.pop();
  return copy;
}

function copyContainer(value: object, walk: Walk): Json {
  walk.size += BRACKETS;
  if (walk.size > walk.limit * CERTAINLY) {
    throw tooLarge(walk.what, `far more than that`, walk.limit);
  }
  const copy = Array.isArray(value)
    ? copyArray(value, walk)
    : copyObject(value as Record<string, unknown>, walk);
  return Object.freeze(copy);
}

function copyArray(array: readonly unknown[], walk: Walk): Json[] {
  const copy: Json[] = [];
  for (let i = 0; i < array.length; i++) {
    walk.size += 1;
    copy.push(copyValue(array[i], i, walk));
  }
  return copy;
}

function copyObject(object: Record<string, unknown>, walk: Walk): JsonObject {
  const prototype: unknown = Object.getPrototypeOf(object);
  // A prototype that has none itself is `Object.prototype`, of this realm or another.
  if (prototype !== null && prototype !== Object.prototype && Object.getPrototypeOf(prototype) !== null) {
    throw refusal(walk, undefined, `expected a plain object, got ${nameOf(object)}`);
  }
  // Spreading first keeps the hidden class and asks each getter once: a third of the time of key by key.
  const copy: Record<string, unknown> = { ...object };
  let gaps = false;
  for (const key in copy) {
    if (key === '__proto__') throw refusal(walk, key, 'expected another key');
    const value = copy[key];
    if (typeof value === 'string') {
      walk.size += key.length + value.length + (MEMBER + BRACKETS);
    } else if (value === undefined) {
      gaps = true;
    } else {
      walk.size += key.length + MEMBER;
      const copied = copyValue(value, key, walk);
      if (copied !== value || copied === 0) copy[key] = copied;
    }
  }
  return (gaps ? withoutGaps(copy) : copy) as JsonObject;
}

// `delete` would turn the object into a dictionary, which is slow for everybody after us.
function withoutGaps(object: Record<string, unknown>): Record<string, unknown> {
  const copy: Record<string, unknown> = {};
  for (const key of Object.keys(object)) if (object[key] !== undefined) copy[key] = object[key];
  return copy;
}

function nameOf(value: unknown): string {
  if (typeof value !== 'object') return value === undefined ? 'undefined' : `a ${typeof value}`;
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'an array';
  const { name } = (value.constructor ?? {}) as { name?: unknown };
  return typeof name === 'string' && name !== '' ? `an instance of ${name}` : 'a class instance';
}

function refusal({ what, path = [] }: Walk, key: string | number | undefined, problem: string): SluiceError {
  const steps = key === undefined ? path : [...path, key];
  const shown = steps.length > 8 ? [...steps.slice(0, 7), '…'] : steps;
  const where = ['data', ...shown.map(step => String(step).slice(0, 64))].join('.');
  return new SluiceError('BAD_EVENT', `${what}: ${where}: ${problem}. Pass plain JSON.`, {
    details: { path: where },
  });
}

function tooLarge(what: string, got: string, limit: number): SluiceError {
  return new SluiceError(
    'EVENT_TOO_LARGE',
    `${what}: expected at most ${limit} bytes, got ${got}. Store large payloads elsewhere and emit a reference.`,
    { details: { limit } },
  );
}
