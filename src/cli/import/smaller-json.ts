import type { Json, JsonObject } from '../../index.ts';

/** Objects inside objects: fewer than a server takes. */
const DEEPEST = 48;
/** Characters of a text, from how much is kept to how little. */
const LONGEST = [Infinity, 16_384, 4_096, 1_024, 256];
const REST = 8_192;
const PROTO = '__proto__';

/** Whether a server takes it by its form: not too deep, every number finite, no member `__proto__`. */
export function isFlat(value: Json, depth = 0): boolean {
  if (typeof value === 'number') return Number.isFinite(value);
  if (typeof value !== 'object' || value === null) return true;
  if (depth > DEEPEST || Object.hasOwn(value, PROTO)) return false;
  return Object.values<Json>(value as Record<string, Json>).every(member => isFlat(member, depth + 1));
}

/** Bytes as JSON, however deep. */
export function jsonBytes(value: Json): number {
  if (isFlat(value)) return Buffer.byteLength(JSON.stringify(value));
  let bytes = 0;
  const open: Json[] = [value];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (typeof next !== 'object' || next === null) {
      bytes += Buffer.byteLength(JSON.stringify(next));
      continue;
    }
    const names = Object.keys(next);
    bytes += 2 + Math.max(0, names.length - 1);
    for (const name of names) {
      if (!Array.isArray(next)) bytes += Buffer.byteLength(JSON.stringify(name)) + 1;
      open.push((next as JsonObject)[name]!);
    }
  }
  return bytes;
}

/**
 * The same within `room` bytes, by the first of these that is enough: what is deeper than 48 levels as a text that says
 * so, and a member `__proto__` under another name; shorter texts; each large member as the beginning of its JSON; the
 * beginning of the whole.
 */
export function smaller(object: JsonObject, room: number): JsonObject {
  for (const longest of LONGEST) {
    const cut = cutTexts(object, longest, 0) as JsonObject;
    if (jsonBytes(cut) <= room) return cut;
  }
  const last = LONGEST.at(-1)!;
  const members = Object.entries(cutTexts(object, last, 0) as JsonObject).map(([name, member]) => {
    const json = JSON.stringify(member);
    return [name, json.length <= REST ? member : { cut: wholeSlice(json, 0, REST) }] as const;
  });
  const cut = Object.fromEntries(members);
  if (jsonBytes(cut) <= room) return cut;
  return { cut: wholeSlice(JSON.stringify(cut), 0, REST) };
}

/** At most so many characters from there on, and never half a surrogate pair where it is whole in the text. */
export function wholeSlice(text: string, from: number, most: number): string {
  const to = from + most;
  if (to >= text.length) return text.slice(from);
  const last = text.charCodeAt(to - 1);
  const next = text.charCodeAt(to);
  const isPair = last >= 0xd800 && last < 0xdc00 && next >= 0xdc00 && next < 0xe000;
  return text.slice(from, isPair ? to - 1 : to);
}

function cutTexts(value: Json, longest: number, depth: number): Json {
  if (typeof value === 'string') return value.length <= longest ? value : `${wholeSlice(value, 0, longest)}…`;
  if (typeof value === 'number') return Number.isFinite(value) ? value : String(value);
  if (typeof value !== 'object' || value === null) return value;
  if (depth > DEEPEST) return '[too deep]';
  if (Array.isArray(value)) return value.map(item => cutTexts(item as Json, longest, depth + 1));
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [
      name === PROTO ? `[${PROTO}]` : wholeName(name),
      cutTexts(item as Json, longest, depth + 1),
    ]),
  );

  function wholeName(name: string): string {
    return name.length <= longest ? name : `${wholeSlice(name, 0, longest)}…`;
  }
}
