import type { Beating } from '../bridges/sse/heartbeats.ts';
import { retryFrame } from '../bridges/sse/frames.ts';
import { SseBytes } from '../bridges/sse/sse-bytes.ts';
import type { HttpCore } from './http-core.ts';
import { closeFeed, type FeedReply } from './reply.ts';

/**
 * A feed as the body of a `Response`. It is pulled: a reader that stops reading stops the feed. Cancelling it, and
 * `left`, free everything at once.
 */
export function feedStream(
  core: HttpCore,
  { feed, greeting = '', isWhole = false, until, onDisconnect, released }: FeedReply,
  left: AbortSignal,
): ReadableStream<Uint8Array> {
  let controller: ReadableStreamDefaultController<Uint8Array>;
  let isOpen = true;
  /** Its reader waits, for the bell or for the store. */
  let isPulled = false;
  let wake: (() => void) | undefined;

  const write = (bytes: SseBytes): void => {
    // A copy: a reader may transfer what it gets, and these bytes are everybody's.
    controller.enqueue(bytes.plain.slice());
    member.quiet = 0;
  };
  const member: Beating = {
    quiet: 0,
    beat: () => {
      if (isPulled && (controller.desiredSize ?? -1) >= 0) write(feed.heartbeat());
    },
  };
  const finish = (): void => {
    if (!isOpen) return;
    isOpen = false;
    core.heartbeats.delete(member);
    left.removeEventListener('abort', leave);
    stopAging();
    closeFeed({ feed, released });
    wake?.();
  };
  const leave = (): void => {
    if (!isOpen) return;
    const isEarly = !feed.ended;
    finish();
    if (isEarly) onDisconnect?.();
  };
  const end = (): void => {
    finish();
    controller.close();
  };
  const rung = (): Promise<void> =>
    new Promise(resolve => {
      wake = () => {
        wake = undefined;
        resolve();
      };
    });

  const endForNow = (): void => {
    write(new SseBytes(retryFrame(core.retryDelay())));
    end();
  };
  const age = (): void => {
    if (!isWhole) return endForNow();
    finish();
    controller.error(new Error('The time of this stream is over.'));
  };
  const stopAging = until === undefined ? () => undefined : core.lifetimes.at(until, age);

  let isRung = false;
  feed.bell = {
    ring() {
      isRung = true;
      wake?.();
    },
  };

  const pulled = async (): Promise<void> => {
    while (isOpen) {
      isRung = false;
      let bytes: SseBytes | undefined;
      try {
        bytes = await feed.next();
      } catch (error) {
        // The backend is lost. Who reads events comes back, and gets a problem or the rest.
        if (!isWhole) return endForNow();
        finish();
        throw error;
      }
      if (!isOpen) return;
      if (bytes) {
        write(bytes);
        if (feed.ended) end();
        return;
      }
      if (feed.ended) return end();
      if (!isRung) await rung();
    }
  };

  return new ReadableStream<Uint8Array>(
    {
      start(given) {
        controller = given;
        left.addEventListener('abort', leave);
        if (left.aborted) return leave();
        if (isWhole) return;
        core.heartbeats.add(member);
        write(new SseBytes(retryFrame(core.retryDelay()) + greeting));
      },
      async pull() {
        isPulled = true;
        try {
          await pulled();
        } finally {
          isPulled = false;
        }
      },
      cancel: leave,
    },
    { highWaterMark: 0 },
  );
}
