import { SluiceError } from '../../errors/sluice-error.ts';
import type { RunEvent } from '../../event/run-event.ts';
import type { AnyObserver, ObserverEnds } from './observer.ts';

/** An observer, whatever form it was given in. */
export interface Target extends ObserverEnds {
  /** Whether it takes several events at a call. */
  readonly takesBatches: boolean;
  /** Shows one event; only where it takes no batches. */
  one(event: RunEvent): unknown;
  /** Shows several; only where it takes batches. */
  many(events: readonly RunEvent[]): unknown;
  /** What it waits for before it can be shown anything; nothing if it can. */
  ready?(): Promise<void> | undefined;
  /** Gives up the call that took too long. */
  abandon?(): void;
  /** Crashes until now. */
  readonly restarts?: number;
}

/** Reads what was passed to `observe`. Throws `BAD_OPTION`. */
export function targetOf(observer: Exclude<AnyObserver, { worker: unknown }>): Target {
  const given: unknown = observer;
  if (typeof observer === 'function') return { takesBatches: false, one: observer, many: unasked };
  if (typeof given === 'object' && given !== null) {
    const { next, batch } = given as { next?: unknown; batch?: unknown };
    const isOne = typeof next === 'function';
    if (isOne !== (typeof batch === 'function')) return objectTarget(given as Methods, isOne);
  }
  throw new SluiceError(
    'BAD_OPTION',
    'observe: expected a function, { next(event) }, { batch(events) } or { worker: URL }, and got something else or two of them.',
  );
}

interface Methods extends ObserverEnds {
  next(event: RunEvent): unknown;
  batch(events: readonly RunEvent[]): unknown;
}

function objectTarget(observer: Methods, isOne: boolean): Target {
  return {
    takesBatches: !isOne,
    one: event => observer.next(event),
    many: events => observer.batch(events),
    flush: () => observer.flush?.(),
    close: () => observer.close?.(),
  };
}

function unasked(): never {
  throw new SluiceError('INTERNAL', 'observe: a function was given a batch.');
}
