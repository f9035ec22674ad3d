import { EventStreamParser } from './event-stream-parser.ts';

/** Where parts come from: values one by one, or the bytes or text of server-sent events, in whatever pieces. */
export type PartSource = AsyncIterable<unknown> | ReadableStream<unknown>;

/**
 * Yields the parts of a source, one when it is asked for one, so that a source that can wait does. When `signal` fires the
 * source is told that nobody reads it any more, and the iteration rejects with the reason.
 */
export async function* readParts(source: PartSource, signal: AbortSignal): AsyncGenerator<unknown, void> {
  signal.throwIfAborted();
  const parser = new EventStreamParser();
  const { next, leave } = pullOf(source);
  // Not a race with a promise that lives as long as the stream: that would remember every part.
  let abort: ((reason: Error) => void) | undefined;
  const onAbort = (): void => abort?.(signal.reason as Error);
  signal.addEventListener('abort', onAbort);
  let isOver = false;
  try {
    for (;;) {
      const { done, value } = await new Promise<Step>((resolve, reject) => {
        abort = reject;
        next().then(resolve, reject);
        if (signal.aborted) onAbort();
      });
      if (done) break;
      if (typeof value === 'string' || value instanceof Uint8Array) yield* parser.push(value);
      else yield value;
    }
    isOver = true;
    yield* parser.end();
  } finally {
    signal.removeEventListener('abort', onAbort);
    // It may not answer; nobody waits for it.
    if (!isOver) leave(signal.reason);
  }
}

interface Step {
  readonly done?: boolean | undefined;
  readonly value?: unknown;
}

interface Pull {
  readonly next: () => Promise<Step>;
  readonly leave: (reason: unknown) => void;
}

function pullOf(source: PartSource): Pull {
  if ('getReader' in source) {
    const reader = source.getReader();
    return {
      next: () => reader.read(),
      leave: reason => void reader.cancel(reason).catch(() => undefined),
    };
  }
  const iterator = source[Symbol.asyncIterator]();
  return {
    next: () => iterator.next(),
    leave: () => void iterator.return?.().catch(() => undefined),
  };
}
