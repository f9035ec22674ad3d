import { chainStart } from '../../event/chain.ts';
import type { LogQuery, ReadResult, RunKey } from '../backend.ts';
import { chainOf, parseBatch, type StoredBatch, type StreamEntry } from './entry-text.ts';
import { pageOfView } from './log-page.ts';
import type { RedisKeys } from './redis-keys.ts';
import type { RedisLink } from './redis-link.ts';

/** Entries asked for at first, and at most at once; how many are needed is known when some are there. */
const FIRST = 32;
const MOST = 1_024;
/** Bytes of an entry as long as nobody knows: those of some dozen events. */
const GUESSED_BYTES = 4_096;

/**
 * A page of a log by plain commands, which cost Redis a third of what a script does. They are not one moment, so what
 * came back counts only if one chain holds it together: from the position or the beginning of the life on, or else in
 * the same life before and after. `undefined` where it does not, and for every answer that is not a page: the script
 * `read` says what is true then.
 */
export async function plainRead(
  { link, keys }: { readonly link: RedisLink; readonly keys: RedisKeys },
  key: RunKey,
  query: LogQuery,
): Promise<ReadResult | undefined> {
  const { after, limit, bytes = Infinity } = query;
  const [head, stream] = keys.ofRun(key);
  const range = (from: number, count: number): Promise<readonly StreamEntry[]> =>
    link.send('xrange', stream, from, '+', 'COUNT', count);
  const guess = Math.ceil(Math.min(limit, FIRST, bytes / GUESSED_BYTES + 1));
  const isAnchored = after === 0 || query.hash !== undefined;
  const [fields, some, again] = await Promise.all([
    link.send<(string | null)[]>('hmget', head, 'e', 's', 'h', 'c', 'k'),
    range(after + 1, guess),
    isAnchored ? undefined : link.send<string | null>('hget', head, 'e'),
  ]);
  const [epoch, tipText, hash, closed, kept] = fields;
  if (!epoch || !hash || (query.epoch !== undefined && query.epoch !== epoch)) return undefined;
  if (!isAnchored && again !== epoch) return undefined;
  const tip = Number(tipText);
  if (after > tip) return undefined;
  const batches = some.map(parseBatch);
  let chunk = some;
  let asked = guess;
  for (;;) {
    const last = batches.at(-1)?.last ?? tip;
    let chars = 0;
    for (const { lines } of batches) chars += lines.length;
    const events = last - after;
    if (last >= tip || events >= limit || chars >= bytes || chunk.length < asked) break;
    const each = { events: events / batches.length, chars: chars / batches.length };
    asked = Math.ceil(Math.min((limit - events) / each.events, (bytes - chars) / each.chars + 1, MOST));
    chunk = await range(last + 1, asked);
    for (const entry of chunk) batches.push(parseBatch(entry));
  }
  // What was appended meanwhile is no part of this view.
  while (batches.length > 0 && batches.at(-1)!.last > tip) batches.pop();
  const start = after === 0 ? chainStart(epoch) : undefined;
  if (!isOneChain(batches, start) || !endsAt(batches, tip, hash)) return undefined;
  const view = { epoch, tip, hash, closed: closed !== null, kept: Number(kept), batches, held: undefined };
  const answer = pageOfView(view, query);
  return answer.result === 'page' ? answer : undefined;
}

function isOneChain(batches: readonly StoredBatch[], start: string | undefined): boolean {
  for (let at = 0, before = start; at < batches.length; at++) {
    const batch = batches[at]!;
    if (before !== undefined && batch.prev !== before) return false;
    before = chainOf(batch);
  }
  return true;
}

function endsAt(batches: readonly StoredBatch[], tip: number, hash: string): boolean {
  const newest = batches.at(-1);
  return newest === undefined || newest.last < tip || chainOf(newest) === hash;
}
