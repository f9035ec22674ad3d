import { checkData } from '../event/check-data.ts';
import { isCustomType, isEventType, isReserved } from '../event/event-types.ts';
import type { JsonObject } from '../event/json.ts';
import { isPlainObject, plainObject } from './plain-json.ts';
import type { Produced } from './produced.ts';

/**
 * Reads what a node wrote (`config.writer`): an object with a `type`, or a pair of a type and an object, as Dockrion's
 * nodes write them. A type of ours is that event where its data are right, any other name a custom one, and what has
 * no name is `custom:<system>`.
 */
export function fromWritten(
  written: unknown,
  { node, system }: { readonly node?: string | undefined; readonly system: string },
): Produced {
  const [type, data] = namedData(written);
  const unnamed = `custom:${system}`;
  if (type === undefined) return { type: unnamed, data, node };
  if (isSayable(type, data)) return { type, data, node };
  const name = type
    .replace(/^custom:/, '')
    .replace(/[^A-Za-z0-9_.-]/g, '_')
    .slice(0, 64);
  const custom = `custom:${name}`;
  return isCustomType(custom)
    ? { type: custom, data, node }
    : { type: unnamed, data: { type, ...data }, node };
}

function namedData(written: unknown): [type: string | undefined, data: JsonObject] {
  if (Array.isArray(written) && written.length === 2 && typeof written[0] === 'string') {
    return [written[0], plainObject(written[1])];
  }
  const data = plainObject(written);
  const { type, ...rest } = data;
  if (typeof type !== 'string' || type === '') return [undefined, data];
  // LangChain's own custom events put what they say below `data`.
  const { data: inner, ...others } = rest;
  return isPlainObject(inner) && Object.keys(others).length === 0 ? [type, inner] : [type, rest];
}

function isSayable(type: string, data: JsonObject): boolean {
  if (isCustomType(type)) return true;
  if (!isEventType(type) || isReserved(type)) return false;
  try {
    checkData(type, data);
    return true;
  } catch {
    return false;
  }
}
