import type { RunEvent } from '../../event/run-event.ts';
import { EXTENSION, TEXT_ARTIFACT } from './event-table.ts';
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
