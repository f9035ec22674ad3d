import { isNotice, type Notice } from '../../event/notice.ts';
import { sseFrame } from '../../operators/to-sse-frame.ts';
import type { FrameStyle } from '../frame-style.ts';
import { toQueueEvent } from './queue-event.ts';

/**
 * A filter that passes what has a word in the queue, besides lifecycle and people, who always pass. An engine may know
 * no `custom:status`, and then it may not be named.
 */
export const SEEN = 'status,progress,artifact,checkpoint,node.started,custom:*';

/** The queue's frames: all are messages without a name; what is no event of the task has a `type` of its own. */
export const queueFrames: FrameStyle = {
  name: 'a2a-queue',
  item(item) {
    if (isNotice(item)) return messageFrame(noticeData(item));
    const event = toQueueEvent(item.event);
    return event ? sseFrame(undefined, JSON.stringify(event), item.cursor) : '';
  },
};

/** The first frame of a stream: whose events they are, and from which offset on. */
export function connectedFrame(taskId: string, offset: number, timestamp: string): string {
  return messageFrame({ type: 'connected', task_id: taskId, offset, timestamp });
}

function messageFrame(data: object): string {
  return `data: ${JSON.stringify(data)}\n\n`;
}

function noticeData(notice: Notice): object {
  const { notice: type, runId } = notice;
  const said = { type, task_id: runId };
  switch (notice.notice) {
    case 'gap': {
      // The lost events had the numbers from..to; the first of them stood at the offset before its number.
      const { reason, from, to } = notice;
      return { ...said, reason, from_offset: from - 1, next_offset: to };
    }
    case 'reset':
      return { ...said, reason: notice.reason };
    case 'degraded':
      return { ...said, since: notice.since };
  }
}
