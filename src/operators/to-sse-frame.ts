import { SluiceError } from '../errors/sluice-error.ts';
import { encodeLine, wireLine } from '../event/codec.ts';
import type { Notice } from '../event/notice.ts';
import type { RunEvent } from '../event/run-event.ts';
import { nameOption } from './check-option.ts';
import type { Heartbeat } from './heartbeat.ts';

/** How {@link toSseFrame} names events. */
export interface SseFrameOptions {
  /**
   * `typed` names the event type, for `addEventListener(type)`; `message` leaves the name out, so that `onmessage`
   * hears everything. Default: `typed`.
   */
  readonly frames?: 'typed' | 'message';
}

/** What browsers and proxies ignore, and what keeps a silent connection open. */
const HEARTBEAT_FRAME = ': heartbeat\n\n';
const CURSOR_LETTERS = /^[\w.-]+$/;

/**
 * One item of a run as a frame of Server-Sent Events: an event with its type, its envelope on one line, and its
 * cursor last; a notice with its name and no id, so that nobody resumes from it; a heartbeat as a comment.
 * Pure and synchronous. Made for `map(toSseFrame)`, whose index it ignores. Throws `BAD_EVENT` for a type or id that
 * could write fields of its own, and `BAD_OPTION`.
 */
export function toSseFrame(item: RunEvent | Notice | Heartbeat, options?: SseFrameOptions | number): string {
  const frames = (typeof options === 'object' ? options.frames : undefined) ?? 'typed';
  const named = nameOption('toSseFrame: frames', frames, ['typed', 'message']) === 'typed';
  if (!('notice' in item)) {
    // The wire form is spliced, so that an id which is no cursor could write fields of its own.
    if (!CURSOR_LETTERS.test(item.id)) throw badField('id', 'a cursor');
    return sseFrame(named ? item.type : undefined, wireLine(encodeLine(item), item.id), item.id);
  }
  if (item.notice === 'heartbeat') return HEARTBEAT_FRAME;
  return `${fieldLine('event', named ? item.notice : undefined)}data: ${JSON.stringify(item)}\n\n`;
}

/**
 * A frame around a wire line that exists already; `type` is left out where it is `undefined`. `id` comes last: a
 * client that notes it before the frame is whole loses nothing when the connection is cut. Throws `BAD_EVENT`.
 */
export function sseFrame(type: string | undefined, line: string, cursor: string): string {
  return `${fieldLine('event', type)}${fieldLine('data', line)}${fieldLine('id', cursor)}\n`;
}

function fieldLine(field: 'event' | 'data' | 'id', value: string | undefined): string {
  if (value === undefined) return '';
  // Either break ends a field, a client forgets an id with NUL in it, and an empty field means something else.
  if (value === '' || value.includes('\n') || value.includes('\r') || value.includes('\0')) {
    throw badField(field, 'text on one line');
  }
  return `${field}: ${value}\n`;
}

function badField(field: string, expected: string): SluiceError {
  return new SluiceError('BAD_EVENT', `SSE ${field}: expected ${expected}, got something else.`);
}
