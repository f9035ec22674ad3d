/** How one type is written: what stands before its members, and these in the order in which they are said. */
export interface SaidShape {
  readonly head: string;
  readonly members: SaidMembers;
}

/** Names of members, and what stands before their values. */
export type SaidMembers = readonly { readonly name: string; readonly key: string }[];

/** Up to this length it is faster to look for what JSON escapes than to let `JSON.stringify` do it. */
const SHORT = 64;
/** Lone surrogates are escaped, too; those of pairs are left to `JSON.stringify`. */
const ESCAPED = /["\\\u0000-\u001f\ud800-\udfff]/;

/** A text as `JSON.stringify` writes it. */
export function quoted(text: string): string {
  return text.length < SHORT && !ESCAPED.test(text) ? `"${text}"` : JSON.stringify(text);
}

/** What stands before the members of a type. */
export function saidHead(type: string): string {
  return `{"type":${quoted(type)}`;
}

export function saidMembers(names: readonly string[]): SaidMembers {
  return names.map(name => ({ name, key: `,${JSON.stringify(name)}:` }));
}

/** The shapes of a table, by type. */
export function saidShapes(
  table: Readonly<Record<string, readonly string[]>>,
): ReadonlyMap<string, SaidShape> {
  return new Map(
    Object.entries(table).map(([type, names]) => [
      type,
      { head: saidHead(type), members: saidMembers(names) },
    ]),
  );
}

/**
 * What is said as `JSON.stringify` writes it, up to the last of its members, for a fraction of the time: the brace behind
 * them is left to whoever knows what else there is. Members are plain JSON or absent; those that the shape does not name
 * are not written.
 */
export function saidText(said: object, head: string, members: SaidMembers): string {
  let text = head;
  for (const { name, key } of members) {
    const value = (said as Readonly<Record<string, unknown>>)[name];
    if (value === undefined) continue;
    text += key + valueText(value);
  }
  return text;
}

/** Facts with the cursor as the last of them, as JSON; a cursor of theirs gives way. */
export function placeText(facts: object | undefined, cursor: string | undefined): string {
  if (cursor === undefined) return JSON.stringify(facts);
  if (facts === undefined) return `{"cursor":"${cursor}"}`;
  if ('cursor' in facts) return JSON.stringify({ ...facts, cursor });
  let text = '{';
  for (const name of Object.keys(facts)) {
    const value = (facts as Readonly<Record<string, unknown>>)[name];
    if (value !== undefined) text += `${quoted(name)}:${valueText(value)},`;
  }
  return `${text}"cursor":"${cursor}"}`;
}

function valueText(value: unknown): string {
  return typeof value === 'string' ? quoted(value) : JSON.stringify(value);
}

/** A frame of server-sent events, with the place of a client that has it. */
export function frameText(data: string, cursor: string | undefined): string {
  return cursor === undefined ? `data: ${data}\n\n` : `data: ${data}\nid: ${cursor}\n\n`;
}
