import { formatCursor } from '../../event/cursor.ts';
import type { Entry } from '../../event/entry.ts';
import type { LogQuery, ReadResult } from '../backend.ts';
import { chainOf, entriesOf, hashAt, parseBatch, type StoredBatch, type StreamEntry } from './entry-text.ts';

/** What the script `read` answers. */
export type ReadReply =
  | readonly ['absent' | 'epoch' | 'future']
  | readonly [
      result: 'page',
      epoch: string,
      tip: string,
      hash: string,
      closed: string | null,
      kept: string,
      entries: readonly StreamEntry[],
      held: StreamEntry | null,
    ];

/** The log as it was at the moment of a reading. */
export interface LogView {
  readonly epoch: string;
  readonly tip: number;
  readonly hash: string;
  readonly closed: boolean;
  readonly kept: number;
  readonly batches: readonly StoredBatch[];
  readonly held: StoredBatch | undefined;
}

/** Makes a page of an answer: checks the chain, cuts to the size asked for, and tells what is missing. */
export function pageOf(reply: ReadReply, query: LogQuery): ReadResult {
  if (reply[0] === 'absent') return { result: 'absent' };
  if (reply[0] !== 'page') return { result: 'reset', reason: reply[0] };
  const [, epoch, tip, hash, closed, kept, entries, held] = reply;
  const view: LogView = {
    ...{ epoch, tip: Number(tip), hash, closed: closed !== null, kept: Number(kept) },
    ...{ batches: entries.map(parseBatch), held: held ? parseBatch(held) : undefined },
  };
  return pageOfView(view, query);
}

/** The same of a view whose life and length the position fits. */
export function pageOfView(view: LogView, query: LogQuery): ReadResult {
  if (query.hash !== undefined && isFork(view, query)) return { result: 'reset', reason: 'fork' };
  if (query.limit === 0) return page(view, []);
  return query.reverse ? readBack(view, query) : readOn(view, query);
}

// Where the chain of a position is gone nobody can tell.
function isFork(view: LogView, { after, hash }: LogQuery): boolean {
  if (after === view.tip) return view.hash !== hash;
  if (after < view.kept - 1) return false;
  const holder = view.held ?? view.batches[0];
  const ours = holder && hashAt(holder, after);
  return ours !== undefined && ours !== hash;
}

function readOn(view: LogView, { after, limit, bytes = Infinity }: LogQuery): ReadResult {
  const { tip, kept, batches } = view;
  const first = batches[0];
  if (after + 1 < kept) return gap(view, after + 1, kept - 1, { hash: first && hashAt(first, kept - 1) });
  if (after === tip) return page(view, []);
  if (!first) return gap(view, after + 1, tip, { hash: view.hash, reason: 'corrupt' });
  if (first.after > after) return gap(view, after + 1, first.after, { hash: first.prev, reason: 'corrupt' });
  const stray = strayOf(view);
  if (stray?.batch === first)
    return gap(view, after + 1, first.last, { hash: stray.hash, reason: 'corrupt' });
  const entries: Entry[] = [];
  let size = 0;
  let expected = after + 1;
  for (const batch of batches) {
    if (batch.after >= expected || batch === stray?.batch) break;
    for (const entry of entriesOf(batch, view.epoch, Math.min(expected - 1, batch.last))) {
      size += entry.bytes;
      if (entries.length > 0 && (size > bytes || entries.length >= limit)) return page(view, entries);
      entries.push(entry);
      expected++;
    }
  }
  return page(view, entries);
}

/**
 * The first batch that does not lead to what is behind it, and the hash that would. A Redis that restarts on a torn file
 * may bring back an entry whose place another one had taken.
 */
function strayOf({
  batches,
  tip,
  hash,
}: LogView): { readonly batch: StoredBatch; readonly hash: string } | undefined {
  for (const [at, batch] of batches.entries()) {
    const next = batches[at + 1];
    const wanted = batch.last === tip ? hash : next?.after === batch.last ? next.prev : undefined;
    if (wanted !== undefined && wanted !== chainOf(batch)) return { batch, hash: wanted };
  }
  return undefined;
}

function readBack(view: LogView, { after, limit, bytes = Infinity }: LogQuery): ReadResult {
  const { tip, kept, batches } = view;
  const newest = after === 0 ? tip : after - 1;
  if (newest === 0) return page(view, []);
  const first = batches[0];
  if (newest < kept) return gap(view, 1, newest, { hash: first && hashAt(first, newest) });
  if (!first || first.after >= newest) return gap(view, 1, newest, { reason: 'corrupt' });
  const entries: Entry[] = [];
  let size = 0;
  let expected = newest;
  for (const batch of batches) {
    if (batch.last < expected) break;
    for (const entry of entriesOf(batch, view.epoch).reverse()) {
      if (entry.seq > expected) continue;
      size += entry.bytes;
      const isFull = entries.length > 0 && (size > bytes || entries.length >= limit);
      if (isFull || entry.seq < kept) return page(view, entries);
      entries.push(entry);
      expected--;
    }
  }
  return page(view, entries);
}

function page({ epoch, tip, hash, closed }: LogView, entries: readonly Entry[]): ReadResult {
  return { result: 'page', entries, tip, cursor: formatCursor({ epoch, seq: tip, hash }), closed };
}

/** Events `from`..`to` are gone; the chain behind them, where it is still known. */
function gap(
  { epoch }: LogView,
  from: number,
  to: number,
  { hash = '0', reason }: { readonly hash?: string | undefined; readonly reason?: 'corrupt' },
): ReadResult {
  const cursor = formatCursor({ epoch, seq: to, hash });
  return { result: 'gap', from, to, cursor, ...(reason && { reason }) };
}
