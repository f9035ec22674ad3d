import { runKey, type Backend, type Batch, type Claim, type RunRecord } from '../backends/backend.ts';
import { chainNext } from '../event/chain.ts';
import { encodeLine } from '../event/codec.ts';
import { formatCursor, parseCursor } from '../event/cursor.ts';
import { Entry } from '../event/entry.ts';
import type { RunEvent, RunStatus } from '../event/run-event.ts';
import { readStorage } from '../run/read-storage.ts';
import type { Clock } from '../time/clock.ts';
import { isoTime } from '../time/iso-time.ts';
import type { EngineMeter } from './metrics/engine-meter.ts';
import { whyEnded } from './run-keeper.ts';

const STATUS: Readonly<Record<string, RunStatus>> = { complete: 'completed', cancelled: 'cancelled' };

/** Why a run ends that nobody can go on with. */
export interface OrphanEnd {
  readonly code: 'OWNER_LOST' | 'STORAGE_LOST';
  readonly message: string;
}

/** Its process is gone. */
export const OWNER_LOST: OrphanEnd = {
  code: 'OWNER_LOST',
  message: 'The process that did the work of this run is gone.',
};

/** Who looks after the runs of a process that is gone. */
export interface OrphanHost {
  readonly backend: Backend;
  readonly clock: Clock;
  /** Goes on with a run behind its newest event; whether somebody can. */
  readonly resume?: (
    record: RunRecord,
    last: RunEvent | undefined,
    claim: Claim | undefined,
  ) => Promise<boolean>;
  /** Counts the ends that are given. */
  readonly meter?: EngineMeter | undefined;
}

/**
 * Goes on with the runs that a former process left behind, where their agents can, and gives the others their one end,
 * so that whoever watches them is told.
 */
export async function settleOrphans(host: OrphanHost): Promise<void> {
  for (const record of (await host.backend.directory.unfinished?.()) ?? [])
    await settleOrphan(host, record, OWNER_LOST);
}

/**
 * Lets somebody go on with one run, or gives it its end; if its log has one, its record is told. `claim` is the caller's
 * where there are leases. Does nothing if somebody else has the run by now.
 */
export async function settleOrphan(
  { backend: { log, directory, flags }, clock, resume, meter }: OrphanHost,
  record: RunRecord,
  end: OrphanEnd,
  claim?: Claim,
): Promise<void> {
  const { runId, tenantId } = record;
  const key = runKey(tenantId, runId);
  const newest = await readStorage(`run ${runId}`, () =>
    log.read(key, { after: 0, limit: 1, reverse: true }),
  );
  if (newest.result !== 'page') return;
  let last = newest.entries[0]?.event;
  if (!newest.closed) {
    if (await resume?.(record, last, claim)) return;
    const fence = claim?.fence;
    const isChained = flags.chained;
    const at = {
      after: newest.cursor,
      now: Math.max(clock.now(), last ? Date.parse(last.time) : 0),
      isChained,
    };
    const failed = finalEvent(record, 'error', { ...end, recoverable: false }, at);
    let answer = await log.append(key, batchOf(failed, fence));
    last = failed;
    if (answer.result === 'cancelRequested') {
      const { reason } = answer;
      last = finalEvent(record, 'cancelled', { forced: true, ...(reason !== undefined && { reason }) }, at);
      answer = await log.append(key, batchOf(last, fence));
    }
    if (answer.result !== 'ok' && answer.result !== 'duplicate') return;
    if (meter) meter.ended[last.type === 'cancelled' ? 'cancelled' : 'failed']++;
  }
  // Where the log had its end already, the record was not told.
  const status = STATUS[last!.type] ?? 'failed';
  await directory.update(key, { status, endedAt: last!.time, ...whyEnded(last) });
}

function finalEvent(
  { runId, tenantId, epoch }: RunRecord,
  type: 'error' | 'cancelled',
  data: object,
  { after, now, isChained }: { readonly after: string; readonly now: number; readonly isChained: boolean },
): RunEvent {
  const before = parseCursor(after);
  const seq = before.seq + 1;
  const event = {
    ...{ id: '', runId, tenantId, seq, type, time: isoTime(now), data, source: 'runtime', final: true },
  } as RunEvent;
  const hash = isChained ? chainNext(before.hash, encodeLine(event)) : '0';
  return { ...event, id: formatCursor({ epoch, seq, hash }) };
}

function batchOf(event: RunEvent, fence: string | undefined): Batch {
  const line = encodeLine({ ...event, id: '' });
  const entries = [Entry.ofEvent(event, line.length, line)];
  const id = `${event.type}-${event.seq}`;
  return {
    id,
    after: event.seq - 1,
    entries,
    end: event.type as 'error' | 'cancelled',
    ...(fence && { fence }),
  };
}
