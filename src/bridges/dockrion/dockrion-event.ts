import { SluiceError } from '../../errors/sluice-error.ts';
import { isCustomType, isEventType } from '../../event/event-types.ts';
import type { Json, JsonObject } from '../../event/json.ts';
import type { RunEvent } from '../../event/run-event.ts';
import { fromFields, toFields } from '../field-map.ts';
import { ENVELOPE, EVENTS, type EventRow } from './event-table.ts';

/** An event as Dockrion writes it: what belongs to its type stands beside what all events have. */
export interface DockrionEvent {
  /** The event's cursor: `Last-Event-ID` takes it, and so does Sluice itself. */
  readonly id: string;
  readonly type: string;
  readonly run_id: string;
  /** 1, 2, 3 … per run. */
  readonly sequence: number;
  /** RFC 3339. */
  readonly timestamp: string;
  readonly [field: string]: Json | undefined;
}

/** An event as a producer appends it to a run. */
export interface ProducedEvent {
  readonly type: string;
  readonly data: JsonObject;
}

const THEIRS: ReadonlySet<string> = new Set([...EVENTS.map(row => row.theirs), 'heartbeat', 'custom']);
const NO_FIELDS = { fields: [], taken: ENVELOPE };

/**
 * One of our events in Dockrion's words. A custom type loses its prefix, unless what remains is the name of another
 * type; types that Dockrion does not know come through under their own names. `source`, `node`, `cause` and
 * `metadata` of the envelope have no place there.
 */
export function toDockrionEvent({ id, runId, seq, time, type, data }: RunEvent): DockrionEvent {
  const members: JsonObject = data;
  const row = EVENTS.find(found => found.ours === type && fits(found, members));
  const { recoverable: _, ...rest } = members;
  return {
    ...{ id, type: row?.theirs ?? nameOf(type), run_id: runId, sequence: seq, timestamp: time },
    ...toFields(row?.implied ? rest : members, row ? mapOf(row) : NO_FIELDS),
  };
}

/**
 * An event of Dockrion for `writer.append` or `POST /runs/{id}/events`. A type that neither system has is a custom
 * one. Its id, sequence and time are not taken: the run gives its own. Throws `BAD_EVENT` for a heartbeat, which is no
 * event, and for a type that cannot be a name.
 */
export function fromDockrionEvent(event: {
  readonly type: string;
  readonly [field: string]: unknown;
}): ProducedEvent {
  const members = event as unknown as JsonObject;
  const row = EVENTS.find(found => found.theirs === event.type);
  if (row) return { type: row.ours, data: { ...fromFields(members, mapOf(row)), ...row.implied } };
  return { type: typeOf(event.type), data: fromFields(members, NO_FIELDS) };
}

function fits({ implied }: EventRow, data: JsonObject): boolean {
  return implied === undefined || implied.recoverable === (data['recoverable'] === true);
}

function mapOf({ fields }: EventRow): { fields: EventRow['fields']; taken: readonly string[] } {
  return { fields, taken: ENVELOPE };
}

function nameOf(type: string): string {
  const name = type.replace(/^custom:/, '');
  return name === type || THEIRS.has(name) || isEventType(name) ? type : name;
}

function typeOf(type: unknown): string {
  if (typeof type === 'string' && type !== 'heartbeat') {
    if (isEventType(type) || isCustomType(type)) return type;
    if (isCustomType(`custom:${type}`)) return `custom:${type}`;
  }
  const shown = typeof type === 'string' ? JSON.stringify(type.slice(0, 100)) : typeof type;
  throw new SluiceError('BAD_EVENT', `event: type: expected the name of an event of Dockrion, got ${shown}.`);
}
