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

/** Types with words or a state of their own. */
const WORDED: ReadonlySet<string> = new Set(
  EVENTS.map(({ ours }) => ours).filter(type => type !== 'started'),
);

/**
 * The same for an event that is told whole: one of a step or a call, a custom one, one that nobody knows. `undefined` for
 * all others.
 */
export function wholeText(event: RunEvent, { contextId }: Pick<TaskPlace, 'contextId'>): string | undefined {
  const { id, runId, type, time, data, source, node, cause, metadata, final } = event;
  if (WORDED.has(type) || final || metadata) return undefined;
  const held = JSON.stringify(data);
  const whole = held === '{}' ? '' : `,"data":${held}`;
  const from = source === undefined ? '' : `,"source":"${source}"`;
  const step = node === undefined ? '' : `,"node":${JSON.stringify(node)}`;
  const led = cause === undefined ? '' : `,"cause":${cause}`;
  const carried = `{"cursor":"${id}","type":${JSON.stringify(type)},"time":"${time}"${whole}${from}${step}${led}}`;
  const status = `{"state":"TASK_STATE_WORKING","timestamp":"${time}"}`;
  return `{"statusUpdate":{"taskId":"${runId}","contextId":"${contextId}","status":${status},"metadata":{"${EXTENSION}":${carried}}}}`;
}
