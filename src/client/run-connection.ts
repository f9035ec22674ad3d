import { SluiceError } from '../errors/sluice-error.ts';
import type { AnyCustom, CustomEvents } from '../event/run-event.ts';
import { feedOf, type Feed, type FeedSource } from './feed.ts';
import type { RunItem, RunPlace } from './run-items.ts';

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

/** A connection that `open` begins to read at its place, one reader at a time; `closed` is called when one is done. */
export function runConnectionOf<Custom extends CustomEvents>(
  cursor: string,
  open: (place: RunPlace, closed: () => void) => FeedSource<RunItem<Custom>>,
): RunConnection<Custom> {
  const place: RunPlace = { cursor, isEnded: false };
  let reader: FeedSource<RunItem<Custom>> | undefined;
  const feed = feedOf<RunItem<Custom>>(() => {
    if (reader) throw alreadyRead();
    const items = open(place, () => {
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
  return new SluiceError('BAD_OPTION', 'This connection is being read. Connect again.');
}
