import { createHash } from 'node:crypto';
import { SluiceError } from '../../errors/sluice-error.ts';
import { isCustomType, isEventType } from '../../event/event-types.ts';
import type { Json, JsonObject } from '../../event/json.ts';
import type { Notice } from '../../event/notice.ts';
import type { RunEvent } from '../../event/run-event.ts';

/** A CloudEvent 1.0 as JSON; https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/formats/json-format.md. */
export interface CloudEvent {
  readonly specversion: '1.0';
  /** `<run id>/<cursor>`: unique together with `source`, also where a run of this id existed before. */
  readonly id: string;
  readonly source: string;
  readonly type: string;
  /** The run id. */
  readonly subject: string;
  readonly time?: string;
  readonly datacontenttype: 'application/json';
  readonly data: Json;
  /** Attributes of extensions; names are small letters and digits. */
  readonly [extension: string]: Json | undefined;
}

/** How CloudEvents are named. */
export interface CloudEventNames {
  /** Where they come from, a URI reference; `/tenants/<tenant id>` is put behind it. Default: empty. */
  readonly source?: string | undefined;
  /** Stands before our types; a reversed domain name. Default: `dev.sluice.`. */
  readonly typePrefix?: string | undefined;
}

/** An event as a producer appends it to a run. */
export interface ReceivedEvent {
  readonly type: string;
  readonly data: JsonObject;
  /** Under which it is appended once, however often it comes. */
  readonly key: string;
}

const PREFIX = 'dev.sluice.';
/** The sequence extension wants text that orders; this is the longest seq. */
const SEQ_DIGITS = 16;
const LONGEST_KEY = 256;
const LONGEST_NAME = 64;

/**
 * An event as a CloudEvent. `sequence` and `partitionkey` are what the extensions of these names say; `origin`, `node`,
 * `cause`, `final` and `runmetadata` (JSON text) are members of the envelope.
 */
export function toCloudEvent(
  event: RunEvent,
  { source = '', typePrefix = PREFIX }: CloudEventNames = {},
): CloudEvent {
  const { id, runId, tenantId, seq, type, time, data, node, cause, final, metadata } = event;
  // One object, and members that are rare put in behind: spreading them costs ten times as much.
  const told: { -readonly [member in keyof CloudEvent]: CloudEvent[member] } = {
    specversion: '1.0',
    id: `${runId}/${id}`,
    source: `${source}/tenants/${tenantId}`,
    type: typePrefix + type,
    subject: runId,
    time,
    datacontenttype: 'application/json',
    sequence: String(seq).padStart(SEQ_DIGITS, '0'),
    partitionkey: runId,
    data: data,
  };
  if (event.source !== undefined) told['origin'] = event.source;
  if (node !== undefined) told['node'] = node;
  if (cause !== undefined) told['cause'] = cause;
  if (final) told['final'] = true;
  if (metadata !== undefined) told['runmetadata'] = JSON.stringify(metadata);
  return told;
}

/** What stands between events, `gap` or `reset`, as a CloudEvent of the type `<prefix>notice.gap`. */
export function noticeToCloudEvent(
  notice: Notice,
  { runId, tenantId }: { readonly runId: string; readonly tenantId: string },
  { source = '', typePrefix = PREFIX }: CloudEventNames = {},
): CloudEvent {
  const { notice: kind, ...facts } = notice as Notice & { readonly [fact: string]: Json };
  return {
    ...{ specversion: '1.0', id: `${runId}/${kind}/${JSON.stringify(facts)}` },
    ...{ source: `${source}/tenants/${tenantId}`, type: `${typePrefix}notice.${kind}`, subject: runId },
    ...{ datacontenttype: 'application/json', partitionkey: runId, data: facts },
  };
}

/**
 * A CloudEvent for `writer.append` or `POST /runs/{id}/events`. What is no type of ours becomes `custom:<its type>`,
 * with its data under `data` unless that is an object. Its id and source are the key, so that an
 * event that comes twice is appended once. Throws `BAD_EVENT`.
 */
export function fromCloudEvent(given: unknown, { typePrefix = PREFIX }: CloudEventNames = {}): ReceivedEvent {
  const { specversion, id, source, type, data } = Object(given) as { readonly [member: string]: unknown };
  if (specversion !== '1.0') throw badEvent('specversion', '"1.0"');
  for (const [name, value] of Object.entries({ id, source, type })) {
    if (typeof value !== 'string' || value === '') throw badEvent(name, 'a text');
  }
  const isObject = typeof data === 'object' && data !== null && !Array.isArray(data);
  return {
    type: typeOf(type as string, typePrefix),
    data: isObject ? (data as JsonObject) : data === undefined ? {} : { data: data as Json },
    key: keyOf(`${source as string} ${id as string}`),
  };
}

/** Ours where it is one; the names of others are made such as ours may be. */
function typeOf(type: string, prefix: string): string {
  const name = type.startsWith(prefix) ? type.slice(prefix.length) : type;
  if (isEventType(name) || isCustomType(name)) return name;
  const word = name.replace(/[^\w.-]/g, '_').slice(0, LONGEST_NAME - 1);
  return `custom:${/^[A-Za-z_]/.test(word) ? word : `_${word}`}`;
}

function keyOf(text: string): string {
  return text.length <= LONGEST_KEY ? text : createHash('sha256').update(text).digest('hex');
}

function badEvent(member: string, expected: string): SluiceError {
  return new SluiceError(
    'BAD_EVENT',
    `CloudEvent: ${member}: expected ${expected}. See CloudEvents 1.0, section 3.`,
  );
}
