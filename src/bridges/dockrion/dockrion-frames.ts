import type { Clock } from '../../time/clock.ts';
import { isoTime } from '../../time/iso-time.ts';
import { isNotice, type Notice } from '../../event/notice.ts';
import { sseFrame } from '../../operators/to-sse-frame.ts';
import type { FrameStyle } from '../frame-style.ts';
import { toDockrionEvent } from './dockrion-event.ts';

/** Dockrion's frames: `event:` names the type, `data:` is the event, and `id:` is where to resume. */
export function dockrionFrames(clock: Clock, { heartbeats }: { readonly heartbeats: boolean }): FrameStyle {
  return {
    name: heartbeats ? 'dockrion' : 'dockrion-quiet',
    item(item) {
      if (isNotice(item)) return frame(item.notice, noticeData(item), undefined);
      const event = toDockrionEvent(item.event);
      return sseFrame(event.type, JSON.stringify(event), item.cursor);
    },
    ...(heartbeats && {
      heartbeat: cursor => frame('heartbeat', { type: 'heartbeat', timestamp: isoTime(clock.now()) }, cursor),
    }),
  };
}

function frame(type: string, data: object, cursor: string | undefined): string {
  return `event: ${type}\ndata: ${JSON.stringify(data)}\n${cursor === undefined ? '' : `id: ${cursor}\n`}\n`;
}

/** What no event of Dockrion says: that some will not come, or that what was seen is void. */
function noticeData(notice: Notice): object {
  const { notice: type, runId } = notice;
  const said = { type, run_id: runId };
  switch (notice.notice) {
    case 'gap': {
      const { reason, from, to } = notice;
      return { ...said, reason, from_sequence: from, to_sequence: to };
    }
    case 'reset':
      return { ...said, reason: notice.reason };
    case 'degraded':
      return { ...said, since: notice.since };
  }
}
