import { SluiceError } from '../errors/sluice-error.ts';
import type { FilterSpec } from '../event/filter.ts';
import type { AnyCustom, CustomEvents } from '../event/run-event.ts';
import { feedOf, type Feed, type FeedSource } from './feed.ts';
import { resolveStreamOptions, resolveUrl, type StreamOptions } from './options.ts';
import { runItems, type RunItem, type RunPlace } from './run-items.ts';

/** What to read of a run, and how the connection is kept. */
export interface ConnectOptions extends StreamOptions {
  /** A cursor that was saved, `start`, `now`, or a bare seq, which cannot notice a fork. Default: `start`. */
  readonly after?: string | number | undefined;
  /** Types, topics and presets. Lifecycle, people, control and notices always pass. Default: everything. */
  readonly filter?: FilterSpec | undefined;
}

/**
 * One place in a run. Reading moves it: whoever reads again goes on behind what the last reader was given, also in
 * another program that was handed the {@link cursor}.
 */
export interface RunConnection<Custom extends CustomEvents = AnyCustom> extends Feed<RunItem<Custom>> {
  /**
   * Behind the last item that was given. Save it when that has been dealt with, and pass it as `after` to go on. Also
   * moves when the server says that a filter has left out what came meanwhile.
   */
  readonly cursor: string;
  /** Whether the final event was given, or the run is gone. */
  readonly isEnded: boolean;
}

/**
 * Reads a run from a server: its events in order, each once, and notices of what cannot be given. `url` is that of the
 * events, `/runs/{id}/events`; in a browser it may be relative. Cold: nothing is sent before somebody reads, and one
 * reader at a time, in any of three forms:
 *
 * ```ts
 * for await (const item of connection) …          // leaving the loop closes the connection
 * connection.subscribe({ next, error, complete }) // a promise from `next` is waited for
 * from(connection).pipe(onlyEvents())             // an Observable of RxJS
 * ```
 *
 * A lost connection is made again behind the last item, for ever unless `maxRetries` says otherwise. Completes after the
 * final event, after `reset{gone}`, and when `signal` aborts. Fails with `RUN_NOT_FOUND` if there is no such run, with
 * what the server refuses the request with, with `BAD_RESPONSE` for what no Sluice server says, and with
 * `CONNECTION_LOST` after too many retries. Throws `BAD_OPTION`. Memory: one chunk of the stream.
 *
 * `Custom` are the custom events of the server: `connectRun<CustomOf<typeof events>>(url)`.
 */
export function connectRun<Custom extends CustomEvents = AnyCustom>(
  url: string | URL,
  options: ConnectOptions = {},
): RunConnection<Custom> {
  const settings = resolveStreamOptions(options);
  const address = resolveUrl(url);
  if (options.filter !== undefined) address.searchParams.set('filter', String(options.filter));
  const after = options.after ?? address.searchParams.get('after') ?? 'start';
  const place: RunPlace = { cursor: String(after), isEnded: false };
  let reader: FeedSource<RunItem<Custom>> | undefined;
  const feed = feedOf<RunItem<Custom>>(() => {
    if (reader) throw alreadyRead();
    const items = runItems<Custom>(address, settings, place, () => {
      if (reader === items) reader = undefined;
    });
    return (reader = items);
  });
  return Object.defineProperties(feed, {
    cursor: { get: () => place.cursor },
    isEnded: { get: () => place.isEnded },
  }) as RunConnection<Custom>;
}

function alreadyRead(): SluiceError {
  return new SluiceError(
    'BAD_OPTION',
    'connectRun: this connection has a reader already. Connect once for each reader, or leave the first one before.',
  );
}
