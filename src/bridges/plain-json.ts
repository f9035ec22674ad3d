import type { Json, JsonObject } from '../event/json.ts';

const DEEPEST = 32;

/**
 * A copy of anything as plain JSON. Messages of LangChain become what their `toDict` says, errors their name and message,
 * bytes their number; dates and whatever else has a `toJSON` what that says; functions are left out; cycles and what
 * lies deeper than 32 levels become a text that says so. Never throws.
 */
export function plainJson(value: unknown): Json {
  return plain(value, []) ?? null;
}

/** {@link plainJson} of members; what is no object is its member `value`. */
export function plainObject(value: unknown): JsonObject {
  const json = plainJson(value);
  return isPlainObject(json) ? json : { value: json };
}

function plain(value: unknown, around: readonly object[]): Json | undefined {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return value;
    case 'number':
      return Number.isFinite(value) ? value : String(value);
    case 'bigint':
      return String(value);
    case 'object':
      return value === null ? null : plainOfObject(value, around);
    default:
      return undefined;
  }
}

function plainOfObject(value: object, around: readonly object[]): Json | undefined {
  if (around.includes(value)) return '[circular]';
  if (around.length >= DEEPEST) return '[too deep]';
  const inside = [...around, value];
  try {
    if (Array.isArray(value)) return value.map(item => plain(item, inside) ?? null);
    if (ArrayBuffer.isView(value)) return { bytes: value.byteLength };
    if (isError(value)) return { name: value.name, message: value.message };
    const { toDict, toJSON } = value as { toDict?: unknown; toJSON?: unknown };
    if (typeof toDict === 'function') return plain(toDict.call(value), inside);
    if (typeof toJSON === 'function') return plain(toJSON.call(value), inside);
    const members =
      value instanceof Map ? [...value].map(([key, item]) => [String(key), item] as const) : undefined;
    const items = value instanceof Set ? [...value] : undefined;
    if (items) return plain(items, inside);
    return Object.fromEntries(
      (members ?? Object.entries(value))
        .map(([name, member]) => [name, plain(member, inside)] as const)
        .filter(([, member]) => member !== undefined),
    );
  } catch {
    // A getter or a proxy of somebody else threw.
    return '[unreadable]';
  }
}

// By shape: an error may come from another realm.
function isError(value: object): value is Error {
  return Object.prototype.toString.call(value) === '[object Error]' || value instanceof Error;
}

/** Whether it is a JSON object. */
export function isPlainObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
