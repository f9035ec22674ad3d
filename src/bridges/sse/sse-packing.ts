import type { Entry } from '../../event/entry.ts';
import { isNotice, type Notice } from '../../event/notice.ts';
import type { FrameStyle } from '../frame-style.ts';
import { HEARTBEAT_FRAME, idFrame } from './frames.ts';
import type { Packing } from '../run-feed-group.ts';
import { SseBytes } from './sse-bytes.ts';

const HEARTBEAT = new SseBytes(HEARTBEAT_FRAME);

/** Items as frames of Server-Sent Events, in one style. Memory: the last sign of life. */
export class SsePacking implements Packing<SseBytes> {
  readonly #style: FrameStyle;
  #idle: { readonly cursor: string; readonly bytes: SseBytes } | undefined;

  constructor(style: FrameStyle) {
    this.#style = style;
  }

  pack(items: readonly (Entry | Notice)[]): ReturnType<Packing<SseBytes>['pack']> {
    let text = '';
    let lastId: string | undefined;
    for (const item of items) {
      const frame = this.#style.item(item);
      text += frame;
      if (frame !== '' && !isNotice(item)) lastId = item.cursor;
    }
    return { bytes: text === '' ? undefined : new SseBytes(text), lastId };
  }

  heartbeat(cursor: string | undefined): SseBytes {
    const { heartbeat } = this.#style;
    if (heartbeat) return new SseBytes(heartbeat(cursor));
    if (cursor === undefined) return HEARTBEAT;
    if (this.#idle?.cursor !== cursor) {
      this.#idle = { cursor, bytes: new SseBytes(HEARTBEAT_FRAME + idFrame(cursor)) };
    }
    return this.#idle.bytes;
  }
}
