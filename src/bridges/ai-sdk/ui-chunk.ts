import type { Json } from '../../event/json.ts';
import { isPlainObject } from '../plain-json.ts';
import { UI_CHUNKS } from './part-table.ts';

const ROWS = new Map(UI_CHUNKS.map(row => [row.chunk, row]));

/** A chunk of a UI message stream as the part of a text stream that says the same; anything else as it is. */
export function partOfChunk(chunk: unknown): unknown {
  if (!isPlainObject(chunk)) return chunk;
  const { type } = chunk;
  const row = typeof type === 'string' ? ROWS.get(type) : undefined;
  if (!row) return chunk;
  const names = new Map(row.fields?.map(({ theirs, ours }) => [theirs, ours]));
  const members = Object.entries(chunk).map(([name, value]) => [names.get(name) ?? name, value] as const);
  return { ...Object.fromEntries<Json | undefined>(members), ...row.implied, type: row.part };
}
