import { ServerResponse, type IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { Beating } from '../bridges/sse/heartbeats.ts';
import { retryFrame } from '../bridges/sse/frames.ts';
import { SseBytes } from '../bridges/sse/sse-bytes.ts';
import type { Bell } from '../bridges/bell.ts';
import type { SseFeed } from '../bridges/sse/sse-feed.ts';
import type { HttpCore } from './http-core.ts';
import { closeFeed, type FeedReply } from './reply.ts';

export interface FeedExchange {
  readonly core: HttpCore;
  readonly reply: FeedReply;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

/** Unsent bytes at which a connection takes nothing more from its feed. */
const HIGH_WATER = 64 * 1024;

/**
 * A feed on a connection of Node. It asks the feed for bytes when the feed rings and the socket has room. Over plain
 * HTTP/1.1 the chunks, made once for all, go straight to the socket, which saves a third of what `response.write`
 * costs; behind anything that changes bodies, and over other protocols, `response.write` it is.
 */
export class FeedSocket implements Beating, Bell {
  quiet = 0;
  // Side by side, since a burst visits thousands of connections and each hop misses the processor's cache.
  readonly #feed: SseFeed;
  readonly #response: ServerResponse;
  readonly #exchange: FeedExchange;
  readonly #released: () => void;
  #socket: Socket | undefined;
  #isBusy = false;
  #isFull = false;
  #isOpen = true;
  #isLast = false;
  #leaving = 0;
  #stopAging: (() => void) | undefined;

  /** `released` is called once, when the connection is over. */
  constructor(exchange: FeedExchange, released: () => void) {
    this.#feed = exchange.reply.feed;
    this.#response = exchange.response;
    this.#exchange = exchange;
    this.#released = released;
  }

  /** Sends the headers and what there is. */
  begin(): void {
    const { core, reply, request, response } = this.#exchange;
    this.#feed.bell = this;
    response.on('close', this.#leave);
    response.writeHead(reply.status, reply.headers);
    const { socket } = response;
    socket?.cork();
    response.flushHeaders();
    if (socket && request.httpVersion === '1.1' && isUnchanged(response)) this.#socket = socket;
    (this.#socket ?? response).on('drain', this.#drain);
    if (reply.until !== undefined) this.#stopAging = core.lifetimes.at(reply.until, () => this.#fail());
    if (!reply.isWhole) {
      core.heartbeats.add(this);
      this.#write(new SseBytes(retryFrame(core.retryDelay()) + (reply.greeting ?? '')));
    }
    this.ring();
    socket?.uncork();
  }

  /**
   * Sends what the feed has now, as fast as the client takes it, and ends the response. Runs go on. `leaving`: streams
   * that end together with this one, so that their clients come back one after the other.
   */
  finish(leaving: number): void {
    this.#leaving = leaving;
    this.#isLast = true;
    this.ring();
  }

  beat(): void {
    if (!this.#isFull) this.#write(this.#feed.heartbeat());
  }

  /** Takes what the feed has and the socket has room for. */
  ring(): void {
    if (this.#isBusy) return;
    const feed = this.#feed;
    this.#isBusy = true;
    try {
      while (this.#isOpen && !this.#isFull) {
        const bytes = feed.next();
        if (bytes && 'then' in bytes) return this.#resumeAfter(bytes);
        if (bytes) this.#write(bytes);
        if (feed.ended || (!bytes && this.#isLast)) this.#end();
        if (!bytes) break;
      }
    } catch {
      this.#fail();
    }
    this.#isBusy = false;
  }

  #resumeAfter(later: Promise<SseBytes | undefined>): void {
    later.then(
      bytes => {
        this.#isBusy = false;
        if (!this.#isOpen) return;
        if (bytes) this.#write(bytes);
        if (this.#feed.ended || (!bytes && this.#isLast)) this.#end();
        else this.ring();
      },
      () => this.#fail(),
    );
  }

  /** The backend is lost, or the time of the stream is over. Who reads events comes back, and gets a problem or the rest. */
  #fail(): void {
    if (this.#exchange.reply.isWhole) this.#response.destroy();
    else this.#end();
  }

  #end(): void {
    if (!this.#isOpen) return;
    const { core, reply } = this.#exchange;
    if (!reply.isWhole && !this.#feed.ended)
      this.#write(new SseBytes(retryFrame(core.retryDelay(this.#leaving))));
    this.#release();
    this.#response.end();
  }

  #write(bytes: SseBytes): void {
    this.quiet = 0;
    const socket = this.#socket;
    const hasRoom = socket ? socket.write(bytes.chunk) : this.#response.write(bytes.plain);
    // `write` says no before there is a drain to wait for.
    if (!hasRoom) this.#isFull = (socket ?? this.#response).writableLength > HIGH_WATER;
  }

  readonly #drain = (): void => {
    this.#isFull = false;
    this.ring();
  };

  readonly #leave = (): void => {
    if (!this.#isOpen) return;
    const isEarly = !this.#feed.ended;
    this.#release();
    if (isEarly) this.#exchange.reply.onDisconnect?.();
  };

  #release(): void {
    this.#isOpen = false;
    this.#stopAging?.();
    this.#exchange.core.heartbeats.delete(this);
    (this.#socket ?? this.#response).off('drain', this.#drain);
    this.#response.off('close', this.#leave);
    closeFeed(this.#exchange.reply);
    this.#released();
  }
}

/** Whether what is written to the socket is what `response.write` would have written. */
function isUnchanged(response: ServerResponse): boolean {
  return (
    response.chunkedEncoding &&
    response.writableLength === response.socket?.writableLength &&
    response.write === ServerResponse.prototype.write
  );
}
