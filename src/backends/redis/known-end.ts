import { chainNext } from '../../event/chain.ts';
import type { Batch, RunKey } from '../backend.ts';
import { hashOf } from './entry-text.ts';

/** A log as it was when this process wrote it last: enough to know what the next append changes. */
export interface KnownEnd {
  seq: number;
  hash: string;
  /** Characters of all events that ever were, and of those before the first stored one. */
  chars: number;
  readonly charsBefore: number;
  /** The oldest event that is kept, and the event before the first stored one: it is removed later. */
  kept: number;
  readonly storedAfter: number;
  /** What is kept at the most. */
  readonly events: number;
  readonly bytes: number;
  /** When its keys were last given their time to live, by the clock of this process, and how long that is, in ms. */
  readonly renewedAt: number;
  readonly life: number;
}

/** What an append that only adds makes of a log. */
export interface Extension {
  readonly key: RunKey;
  readonly batch: Batch;
  readonly end: KnownEnd;
  readonly cursor: string;
  readonly seq: number;
  readonly hash: string;
  readonly chars: number;
  readonly kept: number;
}

/** The batch as an extension of the log; `undefined` where more is to be done, or it does not go on from there. */
export function extensionOf(
  end: KnownEnd,
  { key, batch, now }: { readonly key: RunKey; readonly batch: Batch; readonly now: number },
): Extension | undefined {
  const { after, entries } = batch;
  const age = now - end.renewedAt;
  // A clock that was set back says nothing about when they were.
  if (batch.end || end.seq !== after || age < 0 || age > end.life / 8) return undefined;
  const first = entries[0]!;
  if (chainNext(end.hash, first.line) !== hashOf(first.cursor)) return undefined;
  const seq = after + entries.length;
  let chars = end.chars;
  for (const { bytes } of entries) chars += bytes;
  const kept = Math.max(end.kept, seq - end.events + 1);
  if (chars - end.charsBefore > end.bytes || kept - 1 - end.storedAfter > end.events / 8) return undefined;
  const { cursor } = entries.at(-1)!;
  return { key, batch, end, cursor, seq, hash: hashOf(cursor), chars, kept };
}
