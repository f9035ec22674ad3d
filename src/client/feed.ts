/** What is told about a stream: as plain callbacks, or by RxJS. */
export interface FeedObserver<T> {
  /** The next item. If it returns a promise, nothing more is read until that has settled. */
  readonly next?: ((item: T) => unknown) | undefined;
  /** Reading failed; nothing follows. Without it the error is an unhandled rejection. */
  readonly error?: ((error: unknown) => void) | undefined;
  /** Nothing more comes. */
  readonly complete?: (() => void) | undefined;
}

/**
 * A stream that is read when somebody reads it: by `for await`, by callbacks, or by RxJS with `from(feed)`. Cold; one
 * reader at a time sets the pace, and leaving it closes the connection.
 */
export interface Feed<T> extends AsyncIterable<T> {
  /** Reads by callbacks, never inside of this call. Throws `BAD_OPTION` while somebody else reads. */
  subscribe(observer: FeedObserver<T> | ((item: T) => unknown)): { unsubscribe(): void };
}

/** Where a feed takes its items from. */
export interface FeedSource<T> {
  /** What is at hand; `undefined`: ask `more`. */
  take(): T | undefined;
  /** `false`: nothing more comes. */
  more(): Promise<boolean>;
  close(): void;
}

/** The feed of a source, which is opened for each reader. */
export function feedOf<T>(open: () => FeedSource<T>): Feed<T> {
  const feed: Feed<T> = {
    [Symbol.asyncIterator]: () => iteratorOf(open()),
    subscribe: observer => subscribe(open(), typeof observer === 'function' ? { next: observer } : observer),
  };
  // Where RxJS looks for it; an async iterable would be left only with its next item.
  const { observable = '@@observable' } = Symbol as { readonly observable?: symbol | string };
  return Object.assign(feed, { [observable]: () => feed });
}

function iteratorOf<T>(source: FeedSource<T>): AsyncIterator<T, undefined> {
  const items = itemsOf(source);
  return {
    next: () => items.next(),
    return: () => {
      // A generator that waits would return only after what it waits for.
      source.close();
      return items.return(undefined);
    },
  };
}

async function* itemsOf<T>(source: FeedSource<T>): AsyncGenerator<T, undefined> {
  try {
    do {
      for (let item = source.take(); item !== undefined; item = source.take()) yield item;
    } while (await source.more());
  } finally {
    source.close();
  }
}

function subscribe<T>(source: FeedSource<T>, observer: FeedObserver<T>): { unsubscribe(): void } {
  let isClosed = false;
  const unsubscribe = (): void => {
    isClosed = true;
    source.close();
  };
  const pump = async (): Promise<void> => {
    do {
      for (let item = source.take(); item !== undefined; item = source.take()) {
        const told = observer.next?.(item);
        if (told instanceof Promise) await told;
        if (isClosed) return;
      }
    } while (await source.more());
  };
  void pump().then(
    () => {
      if (!isClosed) observer.complete?.();
    },
    (error: unknown) => {
      if (isClosed) return;
      unsubscribe();
      if (!observer.error) throw error;
      observer.error(error);
    },
  );
  return { unsubscribe };
}
