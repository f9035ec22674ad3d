import { SluiceError } from '../../errors/sluice-error.ts';
import { shownLine } from '../../event/codec.ts';
import type { Entry } from '../../event/entry.ts';
import { isNotice, type Notice } from '../../event/notice.ts';
import { toSseFrame } from '../../operators/to-sse-frame.ts';

/** `typed` names each event by its type; `message` names none, so that `onmessage` hears everything. */
export type FrameMode = 'typed' | 'message';

/** What keeps a silent connection open. */
export const HEARTBEAT_FRAME = ': heartbeat\n\n';

// Neighbours mostly have one type.
let lastType = '';
let lastHead = '';

/**
 * A stored event or a notice as one frame; the stored line is spliced, never parsed. Throws `BAD_EVENT` where a line
 * feed would end a field; the other breaks are found by {@link SseBytes}, in all frames at once.
 */
export function itemFrame(item: Entry | Notice, frames: FrameMode, id?: string): string {
  if (isNotice(item)) return toSseFrame(item, { frames });
  const { line, cursor } = item;
  // The line is looked at as it is stored: in one piece, which the wire form is not.
  if (line.includes('\n') || cursor.includes('\n')) throw broken();
  const head = frames === 'typed' ? headOf(item.type) : 'data: ';
  return `${head}{"id":"${cursor}",${shownLine(line).slice(1)}\nid: ${id ?? cursor}\n\n`;
}

function headOf(type: string): string {
  if (type === lastType) return lastHead;
  if (type === '' || type.includes('\n')) throw broken();
  lastHead = `event: ${type}\ndata: `;
  lastType = type;
  return lastHead;
}

function broken(): SluiceError {
  return new SluiceError(
    'BAD_EVENT',
    'SSE frame: expected type, line and cursor on one line each, got a break.',
  );
}

/** Something that is not an item of a run. */
export function valueFrame(type: string, value: unknown): string {
  return `event: ${type}\ndata: ${JSON.stringify(value)}\n\n`;
}

/** Moves the place from which a client resumes, and tells it nothing. */
export function idFrame(cursor: string): string {
  return `id: ${cursor}\n\n`;
}

/** How many milliseconds a client waits before it comes back. */
export function retryFrame(delay: number): string {
  return `retry: ${delay}\n\n`;
}
