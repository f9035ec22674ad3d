import type { Backend, RunRecord } from '../backends/backend.ts';
import { runKey } from '../backends/backend.ts';
import { chainNext } from '../event/chain.ts';
import { encodeLine } from '../event/codec.ts';
import { formatCursor, parseCursor } from '../event/cursor.ts';
import { Entry } from '../event/entry.ts';
import type { RunEvent, RunStatus } from '../event/run-event.ts';
import { readStorage } from '../run/read-storage.ts';
import type { Clock } from '../time/clock.ts';
import { isoTime } from '../time/iso-time.ts';
import { whyEnded } from './run-keeper.ts';

const STATUS: Readonly<Record<string, RunStatus>> = { complete: 'completed', cancelled: 'cancelled' };

/** Why a run ends that nobody can go on with. */
export interface OrphanEnd {
  readonly code: 'OWNER_LOST' | 'STORAGE_LOST';
  readonly message: string;
}

const OWNER_LOST: OrphanEnd = {
  code: 'OWNER_LOST',
  message: 'The process that did the work of this run is gone.',
};

/** Who looks after the runs of a process that is gone. */
export interface OrphanHost {
  readonly backend: Backend;
  readonly clock: Clock;
  /** Goes on with a run behind its newest event; whether somebody can. */
  readonly resume?: (record: RunRecord, last: RunEvent) => Promise<boolean>;
}

/**
 * Goes on with the runs that a former process left behind, where their agents can, and gives the others their one end,
 * so that whoever watches them is told.
 */
export async function settleOrphans(host: OrphanHost): Promise<void> {
  for (const record of (await host.backend.directory.unfinished?.()) ?? [])
    await settleOrphan(host, record, OWNER_LOST);
}

/** Lets somebody go on with one run, or gives it its end; if its log has one, its record is told. */
export async function settleOrphan(
  { backend: { log, directory, flags }, clock, resume }: OrphanHost,
  record: RunRecord,
  { code, message }: OrphanEnd,
): Promise<void> {
  const { runId, tenantId, epoch } = record;
  const key = runKey(tenantId, runId);
  const newest = await readStorage(`run ${runId}`, () =>
    log.read(key, { after: 0, limit: 1, reverse: true }),
  );
  if (newest.result !== 'page') return;
  let last = newest.entries[0]?.event;
  if (last && !newest.closed && (await resume?.(record, last))) return;
  if (!newest.closed) {
    const before = parseCursor(newest.cursor);
    const time = isoTime(Math.max(clock.now(), last ? Date.parse(last.time) : 0));
    const data = { code, message, recoverable: false } as const;
    const seq = newest.tip + 1;
    const end: RunEvent = {
      ...{ id: '', runId, tenantId, seq, type: 'error', time, data, source: 'runtime', final: true },
    };
    const line = encodeLine(end);
    const hash = flags.chained ? chainNext(before.hash, line) : '0';
    last = { ...end, id: formatCursor({ epoch, seq, hash }) };
    const entries = [Entry.ofEvent(last, line.length, line)];
    await log.append(key, { id: `end-${seq}`, after: newest.tip, entries, end: 'error' });
  }
  // The log has its end, but the record was not told.
  const status = STATUS[last!.type] ?? 'failed';
  await directory.update(key, { status, endedAt: last!.time, ...whyEnded(last) });
}
