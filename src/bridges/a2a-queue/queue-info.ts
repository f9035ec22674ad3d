import type { BridgedRun } from '../bridge.ts';

/** A queue as the listing tells it. */
export interface QueueInfo {
  readonly task_id: string;
  readonly tenant_id: string;
  /** Events that were written, also those that are not kept any longer. */
  readonly event_count: number;
  /** Nobody counts them: a reader is a position, and may be in any process. */
  readonly subscriber_count: null;
  readonly is_closed: boolean;
  readonly is_cancelled: boolean;
  readonly created_at: string;
  /** How long it is kept after its last event. */
  readonly ttl_minutes: number;
}

const MINUTE = 60_000;

/** A run as a queue with so many events. */
export function toQueueInfo(run: BridgedRun, events: number): QueueInfo {
  const { runId, tenantId, endedAt, status, createdAt, ttl } = run;
  return {
    ...{ task_id: runId, tenant_id: tenantId, event_count: events, subscriber_count: null },
    ...{ is_closed: endedAt !== undefined, is_cancelled: status === 'cancelled', created_at: createdAt },
    ttl_minutes: ttl / MINUTE,
  };
}
