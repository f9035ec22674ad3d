import { SluiceError } from '../../errors/sluice-error.ts';
import type { Json, JsonObject } from '../../event/json.ts';
import type { RunEvent } from '../../event/run-event.ts';
import { newId } from '../../time/new-id.ts';
import { fromFields, toFields, type FieldMap } from '../field-map.ts';
import { ENVELOPE, EVENTS, STATES, TOLD_AS_STATUS, type EventRow, type TaskState } from './event-table.ts';

/** An event as the queue writes it: what belongs to its type stands beside what all events have. */
export interface QueueEvent {
  /** The event's cursor: `Last-Event-ID` takes it, and so does Sluice itself. */
  readonly event_id: string;
  readonly task_id: string;
  readonly tenant_id: string;
  /** RFC 3339. */
  readonly timestamp: string;
  readonly event_type: string;
  /** What `from_offset` is to be for the event behind this one. */
  readonly next_offset: number;
  readonly [field: string]: Json | undefined;
}

/** An event as a producer appends it to a run. */
export interface ProducedEvent {
  readonly type: string;
  readonly data: JsonObject;
}

/**
 * One of our events in the queue's words; `undefined` where it has none, such as for tokens. Every event of ours is at
 * most one of theirs, so that offsets and numbers of events are the same thing.
 */
export function toQueueEvent(event: RunEvent): QueueEvent | undefined {
  const { id, runId, tenantId, time, seq, type } = event;
  const said = saidBy(type, event.data);
  if (!said) return undefined;
  return {
    ...{ event_id: id, task_id: runId, tenant_id: tenantId, timestamp: time },
    ...{ event_type: said.type, next_offset: seq },
    ...said.members,
  };
}

/**
 * An event of the queue for `writer.append` or `POST /runs/{id}/events`. A status that says `cancelled` ends the run,
 * all others tell and end nothing. Its ids and its time are not taken: the run gives its own. Throws `BAD_EVENT`.
 */
export function fromQueueEvent(event: {
  readonly event_type: string;
  readonly [field: string]: unknown;
}): ProducedEvent {
  const members = event as unknown as JsonObject;
  const row = EVENTS.find(found => found.theirs === event.event_type);
  if (!row) throw badEvent('event_type', EVENTS.map(found => found.theirs).join(', '), event.event_type);
  const data = fromFields(members, mapOf(row));
  switch (row.theirs) {
    case 'status':
      return fromStatus(data);
    case 'progress': {
      const { current = 0, total = 0, ...rest } = data;
      const isCounted = current !== 0 || total !== 0;
      return { type: row.ours, data: isCounted ? { current, total, ...rest } : rest };
    }
    case 'artifact':
      return { type: row.ours, data: { artifactId: newId(), ...data } };
    case 'error':
      return { type: row.ours, data: { ...data, code: data['code'] ?? 'AGENT_ERROR' } };
    default:
      return { type: row.ours, data };
  }
}

/** What a checkpoint of a workflow says; the tasks are counted, whatever else they hold. */
export interface QueueCheckpoint {
  readonly phase: string;
  readonly tasks?: Readonly<Record<string, { readonly status: string }>> | undefined;
  readonly [field: string]: unknown;
}

/**
 * What saving a checkpoint emits: the checkpoint, which watchers see as a status with its phase, and if there are
 * tasks a progress of those that are `completed`. For `writer.append`, so that both are stored or none is.
 */
export function fromQueueCheckpoint(checkpoint: QueueCheckpoint): readonly ProducedEvent[] {
  const { phase, tasks = {} } = checkpoint;
  const data = checkpoint as unknown as JsonObject;
  const saved = { type: 'checkpoint', data: { name: phase, data } };
  const total = Object.keys(tasks).length;
  if (total === 0) return [saved];
  const current = Object.values(tasks).filter(({ status }) => status === 'completed').length;
  return [saved, { type: 'progress', data: { step: phase, current, total, fraction: current / total } }];
}

function saidBy(type: string, data: JsonObject): { type: string; members: JsonObject } | undefined {
  const row = EVENTS.find(found => found.ours === type);
  if (row) return { type: row.theirs, members: toFields(data, mapOf(row)) };
  if (type === 'status') {
    const { status, phase = null, message = null } = data;
    return { type: 'status', members: { state: STATES[status as keyof typeof STATES], phase, message } };
  }
  const told = TOLD_AS_STATUS[type];
  if (!told) return undefined;
  const field = (name: string | undefined): Json => (name === undefined ? null : (data[name] ?? null));
  return {
    type: 'status',
    members: { state: told.state, phase: field(told.phase), message: field(told.message) },
  };
}

function fromStatus(data: JsonObject): ProducedEvent {
  const { state, message } = data;
  const states: readonly TaskState[] = Object.values(STATES);
  if (!states.includes(state as TaskState)) throw badEvent('state', states.join(', '), state);
  if (state === 'cancelled') {
    return { type: 'cancelled', data: message === undefined ? {} : { reason: message } };
  }
  return { type: 'custom:status', data };
}

function mapOf({ fields }: EventRow): FieldMap {
  return { fields, taken: ENVELOPE };
}

function badEvent(field: string, expected: string, got: unknown): SluiceError {
  const shown = typeof got === 'string' ? JSON.stringify(got.slice(0, 100)) : typeof got;
  return new SluiceError('BAD_EVENT', `event: ${field}: expected ${expected}, got ${shown}.`);
}
