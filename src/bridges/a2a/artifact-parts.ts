import type { Json, JsonObject } from '../../event/json.ts';
import type { A2aPart } from './wire.ts';

/** Members of an artifact's data that are parts of A2A themselves. */
const PART_MEMBERS: ReadonlySet<string> = new Set([
  ...['text', 'data', 'url', 'raw', 'filename', 'mediaType', 'metadata'],
]);
const CONTENTS = ['text', 'data', 'url', 'raw'] as const;

/** Whether a value is a part of A2A as it stands: one content, and nothing that a part does not have. */
export function isPart(value: unknown): value is A2aPart {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const part = value as Readonly<Record<string, unknown>>;
  const contents = CONTENTS.filter(name => part[name] !== undefined);
  if (contents.length !== 1 || !Object.keys(part).every(name => PART_MEMBERS.has(name))) return false;
  const [content] = contents;
  return content === 'data' || typeof part[content!] === 'string';
}

/**
 * What an artifact holds as parts: text is a text part; a file of A2A (`{url, mediaType}`, `{raw}`) and a list of
 * several parts are what they are; anything else is a data part. `type`: of the artifact; where it is a media type, a text has it.
 */
export function toParts(data: Json, type?: Json): readonly A2aPart[] {
  if (typeof data === 'string') {
    return typeof type === 'string' && type.includes('/')
      ? [{ text: data, mediaType: type }]
      : [{ text: data }];
  }
  // One alone is read back as what it holds.
  if (Array.isArray(data) && data.length > 1 && data.every(isPart)) return data;
  if (isPart(data) && (data.url ?? data.raw) !== undefined) return [data];
  return [{ data }];
}

/** The inverse of {@link toParts}. */
export function fromParts(parts: readonly A2aPart[], type?: Json): Json {
  const [part] = parts;
  if (parts.length === 1 && part) {
    if (part.text !== undefined && part.mediaType === type && Object.keys(part).length === 2)
      return part.text;
    const isBare = Object.keys(part).length === 1;
    if (isBare && part.text !== undefined) return part.text;
    if (isBare && part.data !== undefined) return part.data;
    if ((part.url ?? part.raw) !== undefined) return part as unknown as JsonObject;
  }
  return parts as unknown as Json;
}
