import type { SseFeed } from '../bridges/sse/sse-feed.ts';
import { SSE_HEADERS } from '../bridges/sse/sse-headers.ts';

export type Headers = Readonly<Record<string, string>>;

/** An answer that is complete. */
export interface BodyReply {
  readonly status: number;
  readonly headers: Headers;
  readonly body: string | undefined;
}

/** An answer that goes on: whoever renders it takes from the feed, and closes it. */
export interface FeedReply {
  readonly status: 200;
  readonly headers: Headers;
  readonly feed: SseFeed;
  /**
   * The body is a document, not a stream of events: nothing stands in it but what the feed gives, and where that fails
   * the connection is cut, so that nobody takes a part for the whole.
   */
  readonly isWhole?: boolean | undefined;
  /** Milliseconds since the epoch: the stream ends then, and its client comes back. */
  readonly until?: number | undefined;
  /** Frames that come before those of the feed. */
  readonly greeting?: string | undefined;
  /** To be called if the client leaves before the feed has ended. */
  readonly onDisconnect?: (() => void) | undefined;
  /** To be called when the feed is closed, whoever ended it. */
  readonly released?: (() => void) | undefined;
}

/** Frees what an answer holds. */
export function closeFeed({ feed, released }: Pick<FeedReply, 'feed' | 'released'>): void {
  feed.close();
  released?.();
}

/** An answer that becomes a WebSocket. Given to requests alone that can become one. */
export interface SocketReply {
  readonly status: 101;
  readonly headers: Headers;
  readonly isSocket: true;
  /** To be called when it is over, or did not come to be. */
  readonly released?: (() => void) | undefined;
}

/** What a route answers, and every adapter can render. */
export type Reply = BodyReply | FeedReply;

const SAFE = {
  'x-content-type-options': 'nosniff',
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
};
const JSON_HEADERS = { ...SAFE, 'content-type': 'application/json', 'cache-control': 'no-store' };

export function jsonReply(status: number, value: unknown, headers: Headers = {}): BodyReply {
  return textReply(status, JSON.stringify(value), headers);
}

/** `body` is JSON, unless the headers say otherwise. */
export function textReply(status: number, body: string, headers: Headers = {}): BodyReply {
  return { status, headers: { ...JSON_HEADERS, ...headers }, body };
}

export function emptyReply(): BodyReply {
  return { status: 204, headers: { ...SAFE, 'cache-control': 'no-store' }, body: undefined };
}

export function feedReply(
  feed: SseFeed,
  {
    headers,
    greeting,
    onDisconnect,
  }: Partial<Pick<FeedReply, 'greeting' | 'onDisconnect'>> & { readonly headers?: Headers | undefined } = {},
): FeedReply {
  return { status: 200, headers: { ...SAFE, ...SSE_HEADERS, ...headers }, feed, greeting, onDisconnect };
}

/** A document that may be large, written as the connection has room. */
export function linesReply(feed: SseFeed, headers: Headers): FeedReply {
  return { status: 200, headers: { ...JSON_HEADERS, ...headers }, feed, isWhole: true };
}
