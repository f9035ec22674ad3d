import type { JsonObject } from '../../event/json.ts';
import type { RunEvent } from '../../event/run-event.ts';
import { EVENTS, EXTENSION, TEXT_ARTIFACT } from './event-table.ts';
import { textArtifactId, type TaskPlace } from './to-a2a.ts';

/** A token's update as text, and the artifact that it belongs to. */
export interface TokenText {
  readonly text: string;
  readonly artifactId: string;
}

const KNOWN: ReadonlySet<string> = new Set(['content', 'messageId']);

/**
 * The update of a token as `JSON.stringify` writes what `toStreamResponses` makes of it, for a third of the time: most
 * of what is told are tokens. `undefined` for one that has more to say than its text.
 */
export function tokenText(event: RunEvent, { contextId, opened }: TaskPlace): TokenText | undefined {
  if (event.type !== 'token' || event.node !== undefined || event.cause !== undefined || event.metadata) {
    return undefined;
  }
  const { id, runId, time, source, data } = event;
  for (const name in data) if (!KNOWN.has(name)) return undefined;
  const { content, messageId } = data;
  if (typeof content !== 'string') return undefined;
  const artifactId = textArtifactId(messageId);
  const name = messageId === undefined ? `"${TEXT_ARTIFACT}"` : JSON.stringify(artifactId);
  // Ids, cursors and times have nothing in them that JSON would escape.
  const head = `{"artifactUpdate":{"taskId":"${runId}","contextId":"${contextId}","artifact":{"artifactId":${name},"parts":[{"text":`;
  const append = opened.has(artifactId) ? ',"append":true' : '';
  const from = source === undefined ? '' : `,"source":"${source}"`;
  const tail = `}]}${append},"metadata":{"${EXTENSION}":{"cursor":"${id}","type":"token","time":"${time}"${from}}}}}`;
  return { text: head + JSON.stringify(content) + tail, artifactId };
}

/** Types that only say something while they work, and where in their data that is. */
const SAYING: ReadonlyMap<string, string | undefined> = new Map(
  EVENTS.filter(({ ours }) => ['started', 'progress', 'step', 'action', 'observation'].includes(ours)).map(
    ({ ours, text }) => [ours, text],
  ),
);
/** Types with a state or words of another kind. */
const OTHERS: ReadonlySet<string> = new Set(EVENTS.map(({ ours }) => ours).filter(type => !SAYING.has(type)));

/**
 * The same for an event that tells how the work gets on: one of a step or a call, a custom one, one that nobody knows.
 * `undefined` for all others.
 */
export function workText(event: RunEvent, { contextId }: Pick<TaskPlace, 'contextId'>): string | undefined {
  const { id, runId, type, time, source, node, cause, metadata, final } = event;
  if (OTHERS.has(type) || final || metadata) return undefined;
  const data: JsonObject = event.data;
  const field = SAYING.get(type);
  const said = field === undefined ? undefined : data[field];
  const isSaid = typeof said === 'string';
  const held = JSON.stringify(isSaid ? { ...data, [field!]: undefined } : data);
  const rest = held === '{}' ? '' : `,"data":${held}`;
  const from = source === undefined ? '' : `,"source":"${source}"`;
  const step = node === undefined ? '' : `,"node":${JSON.stringify(node)}`;
  const led = cause === undefined ? '' : `,"cause":${cause}`;
  const place = `"taskId":"${runId}","contextId":"${contextId}"`;
  const parts = isSaid ? `[{"text":${JSON.stringify(said)}}]` : '';
  const message = isSaid
    ? `"message":{"messageId":"${id}","role":"ROLE_AGENT","parts":${parts},${place}},`
    : '';
  const status = `{"state":"TASK_STATE_WORKING",${message}"timestamp":"${time}"}`;
  const carried = `{"cursor":"${id}","type":${JSON.stringify(type)},"time":"${time}"${rest}${from}${step}${led}}`;
  return `{"statusUpdate":{${place},"status":${status},"metadata":{"${EXTENSION}":${carried}}}}`;
}
