import { checkId } from '../../event/ids.ts';
import type { FilterSpec } from '../../event/filter.ts';
import type { AnyCustom, CustomEvents } from '../../event/run-event.ts';
import type { FeedSource } from '../feed.ts';
import { amount, resolveStreamOptions, resolveUrl, type StreamOptions } from '../options.ts';
import { runConnectionOf, type RunConnection } from '../run-connection.ts';
import type { RunItem } from '../run-items.ts';
import { SocketLink } from './socket-link.ts';
import { SocketReader } from './socket-reader.ts';
import type { WebSocketConstructor } from './web-socket.ts';

/** How a WebSocket is opened and kept. */
export interface SocketConnectOptions extends StreamOptions {
  /**
   * Makes WebSockets. Default: the global one, or that of the package `ws` where there is none, as in Node before
   * version 22.
   */
  readonly WebSocket?: WebSocketConstructor | undefined;
}

/** What to read of one run on a socket. */
export interface SocketReadOptions {
  /** A cursor that was saved, `start`, `now`, or a bare seq, which cannot notice a fork. Default: `start`. */
  readonly after?: string | number | undefined;
  /** Types, topics and presets. Lifecycle, people, control and notices always pass. Default: everything. */
  readonly filter?: FilterSpec | undefined;
  /**
   * What the server may send ahead of its reader: items, large ones counted once more for each 4,096 characters. 1 to
   * 65,536. Default: 256, which is a million characters at the most, and one item.
   */
  readonly credit?: number | undefined;
}

/** Runs of a server, all on one WebSocket. */
export interface RunSocket {
  /**
   * The events of a run, to be read in the same three forms as those of `connectRun`, with the same promises: in order,
   * each once, over lost connections, with notices of what cannot be given. Who is slow is sent no more than its credit,
   * and holds up no other. Throws `BAD_ID`, `BAD_OPTION`; fails with `RUN_NOT_FOUND` and what the server refuses.
   */
  events<Custom extends CustomEvents = AnyCustom>(
    runId: string,
    options?: SocketReadOptions,
  ): RunConnection<Custom>;
  /** Ends all reading, without an error. Who reads again opens it again. */
  close(): void;
}

/**
 * Reads any number of runs over one WebSocket. `url` is its address, `/ws` below where the routes are mounted; in a
 * browser it may be relative. Opened when somebody reads, closed when nobody does, opened again when it is lost: each
 * reader then goes on behind what it was given. Where `headers` are set, each connection is opened with a ticket that is
 * asked for with them, since a browser sends no headers with a WebSocket. Throws `BAD_OPTION`. Memory: the credit of
 * each reader.
 *
 * ```ts
 * const socket = connectSocket('/ws');
 * for await (const item of socket.events(runId)) …
 * ```
 */
export function connectSocket(url: string | URL, options: SocketConnectOptions = {}): RunSocket {
  const address = resolveUrl(url);
  address.protocol = address.protocol.replace('ws', 'http');
  const link = new SocketLink(address, resolveStreamOptions(options), options.WebSocket);
  return {
    events: <Custom extends CustomEvents>(
      runId: string,
      { after = 'start', filter, credit = 256 }: SocketReadOptions = {},
    ): RunConnection<Custom> => {
      const wanted = {
        runId: checkId('run id', runId),
        filter: filter === undefined ? undefined : String(filter),
        credit: amount('credit', credit, [1, 65_536], 'items'),
      };
      return runConnectionOf<Custom>(String(after), (place, closed) => {
        const reader = new SocketReader(wanted, place, link, closed);
        if (place.isEnded) reader.end();
        else link.join(reader);
        return reader as FeedSource<unknown> as FeedSource<RunItem<Custom>>;
      });
    },
    close: () => link.close(),
  };
}
