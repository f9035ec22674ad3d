import type { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';
import type { Beating } from '../../bridges/sse/heartbeats.ts';
import { SocketBytes } from '../../bridges/websocket/socket-bytes.ts';
import type { HttpCore } from '../http-core.ts';
import type { ServerMessage } from './messages.ts';
import { CLOSE_CODES } from './socket-protocol.ts';

/** Whom a socket tells what happens on it. */
export interface LineListener {
  /** The client said something. */
  heard(text: string): void;
  /** There is room again. */
  drained(): void;
  /** A pause in which nothing was heard; a ping is on its way. */
  paused(): void;
  /** It is over, whoever ended it. Told once, last. */
  closed(): void;
}

/** Unsent bytes at which a socket takes nothing more of its subscriptions, and at which it is not listened to. */
const HIGH_WATER = 64 * 1024;
const MOST_UNSENT = 4 * HIGH_WATER;
/** Rounds of the heartbeats without a word after which the client is asked whether it is there, and is given up. */
const ASKED = 4;
const GIVEN_UP = 8;
/** Milliseconds for the answer to a close. */
const CLOSING = 2_000;

/**
 * One WebSocket. Frames that were made once for all go straight to the connection, behind the back of `ws`, which
 * writes whole frames in one turn itself: nothing is compressed, so none is cut in two. A client that answers no ping is
 * given up, unless it takes, however slowly, what waits for it.
 */
export class SocketLine implements Beating {
  quiet = 0;
  readonly #core: HttpCore;
  readonly #webSocket: WebSocket;
  readonly #socket: Duplex;
  readonly #listener: LineListener;
  #isFull = false;
  #isOpen = true;
  #accepted = 0;
  #stopClosing: (() => void) | undefined;

  constructor(core: HttpCore, webSocket: WebSocket, socket: Duplex, listener: LineListener) {
    this.#core = core;
    this.#webSocket = webSocket;
    this.#socket = socket;
    this.#listener = listener;
    // Whatever a socket reports is followed by its close, and that is handled.
    webSocket.on('error', () => undefined);
    webSocket.on('close', this.#over);
    webSocket.on('pong', () => void (this.quiet = 0));
    webSocket.on('message', (data: Buffer, isBinary) => this.#hear(data, isBinary));
    socket.on('drain', this.#drain);
    core.heartbeats.add(this);
  }

  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** What is written now only waits in memory. */
  get isFull(): boolean {
    return this.#isFull;
  }

  /** Whole frames, not masked. */
  write(bytes: Uint8Array): void {
    if (!this.#isOpen || !this.#socket.writable) return;
    // `write` says no before there is a drain to wait for.
    if (!this.#socket.write(bytes)) this.#isFull = this.#socket.writableLength > HIGH_WATER;
    // Somebody who asks and does not listen is not heard any longer.
    if (this.#socket.writableLength > MOST_UNSENT) this.#webSocket.pause();
  }

  tell(message: ServerMessage): void {
    this.write(new SocketBytes([{ text: JSON.stringify(message), cost: 0 }]).all);
  }

  /** Several writes of one turn as one. */
  together(write: () => void): void {
    this.#socket.cork();
    try {
      write();
    } finally {
      this.#socket.uncork();
    }
  }

  /** Ends it in good order, and soon in any case. */
  close(code: number, reason: string): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    // What is not heard cannot be answered.
    this.#webSocket.resume();
    this.#webSocket.close(code, reason);
    const { lifetimes, now } = this.#core;
    this.#stopClosing = lifetimes.at(now() + CLOSING, () => this.#webSocket.terminate());
  }

  /** Ends it at once. */
  cut(): void {
    this.#webSocket.terminate();
  }

  beat(): void {
    if (this.quiet === ASKED) {
      this.#accepted = this.#taken();
      this.#webSocket.ping();
      this.#listener.paused();
    } else if (this.quiet >= GIVEN_UP) {
      const isSlow = this.#socket.writableLength > 0 && this.#taken() > this.#accepted;
      if (isSlow) this.quiet = ASKED - 1;
      else this.#webSocket.terminate();
    }
  }

  /** Bytes that the system has taken. */
  #taken(): number {
    const { bytesWritten = 0 } = this.#socket as { readonly bytesWritten?: number };
    return bytesWritten - this.#socket.writableLength;
  }

  #hear(data: Buffer, isBinary: boolean): void {
    this.quiet = 0;
    if (!this.#isOpen) return;
    if (isBinary) this.close(CLOSE_CODES.notText, 'Messages are text.');
    else this.#listener.heard(data.toString());
  }

  readonly #drain = (): void => {
    this.#isFull = false;
    this.#webSocket.resume();
    if (this.#isOpen) this.#listener.drained();
  };

  readonly #over = (): void => {
    this.#isOpen = false;
    this.#stopClosing?.();
    this.#core.heartbeats.delete(this);
    this.#socket.off('drain', this.#drain);
    this.#listener.closed();
  };
}
