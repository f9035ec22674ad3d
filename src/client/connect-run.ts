import type { FilterSpec } from '../event/filter.ts';
import type { AnyCustom, CustomEvents } from '../event/run-event.ts';
import { resolveStreamOptions, resolveUrl, type StreamOptions } from './options.ts';
import { runConnectionOf, type RunConnection } from './run-connection.ts';
import { runItems } from './run-items.ts';

/** What to read of a run, and how the connection is kept. */
export interface ConnectOptions extends StreamOptions {
  /** A cursor that was saved, `start`, `now`, or a bare seq, which cannot notice a fork. Default: `start`. */
  readonly after?: string | number | undefined;
  /** Types, topics and presets. Lifecycle, people, control and notices always pass. Default: everything. */
  readonly filter?: FilterSpec | undefined;
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
  return runConnectionOf<Custom>(String(after), (place, closed) =>
    runItems<Custom>(address, settings, place, closed),
  );
}
