import type { Json, JsonObject } from '../event/json.ts';

/** One field under two names. */
export interface Field {
  readonly theirs: string;
  readonly ours: string;
  /** What the other system writes where there is nothing. A field that has this value there is absent here. */
  readonly absent?: Json;
  /** It is there on our side, also where it has the value of `absent`. */
  readonly required?: true;
  readonly to?: (value: Json) => Json;
  readonly from?: (value: Json) => Json;
}

/** The fields of one type of event. `taken`: names that stand beside them on their side. */
export interface FieldMap {
  readonly fields: readonly Field[];
  readonly taken: readonly string[];
}

/**
 * Our data under their names. A member that the map does not know keeps its name; one whose name is taken there gets
 * an underscore in front, which {@link fromFields} takes away again.
 */
export function toFields(data: JsonObject, map: FieldMap): JsonObject {
  const known = new Set(map.fields.map(field => field.ours));
  const said: [string, Json | undefined][] = map.fields.map(({ theirs, ours, absent, to }) => {
    const value = data[ours];
    return [theirs, value === undefined ? absent : to ? to(value) : value];
  });
  for (const [name, value] of Object.entries(data)) {
    if (!known.has(name)) said.push([isTaken(name, map) ? `_${name}` : name, value]);
  }
  return Object.fromEntries(said.filter(([, value]) => value !== undefined));
}

/** Their members as our data, without those that are `taken`. */
export function fromFields(members: JsonObject, map: FieldMap): JsonObject {
  const known = new Set([...map.taken, ...map.fields.map(field => field.theirs)]);
  const said: [string, Json | undefined][] = map.fields.map(({ theirs, ours, absent, required, from }) => {
    const value = members[theirs] ?? undefined;
    const isAbsent = value === undefined || (absent !== undefined && isSame(value, absent));
    if (isAbsent) return [ours, required ? (value ?? absent) : undefined];
    return [ours, from ? from(value) : value];
  });
  for (const [name, value] of Object.entries(members)) {
    if (!known.has(name)) said.push([isTaken(name, map) ? name.replace(/^_/, '') : name, value]);
  }
  return Object.fromEntries(said.filter(([, value]) => value !== undefined));
}

function isTaken(name: string, { fields, taken }: FieldMap): boolean {
  const bare = name.replace(/^_+/, '');
  return taken.includes(bare) || fields.some(({ theirs, ours }) => theirs === bare || ours === bare);
}

/** Whether both are the same plain value, or both empty of one kind. */
function isSame(value: Json, absent: Json): boolean {
  if (typeof absent !== 'object' || absent === null) return value === absent;
  return typeof value === 'object' && value !== null && JSON.stringify(value) === JSON.stringify(absent);
}
