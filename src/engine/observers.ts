import { Observable, throwError, type Subscriber } from 'rxjs';
import { SluiceError } from '../errors/sluice-error.ts';
import { parseFilter, type EventFilter, type FilterSpec } from '../event/filter.ts';
import type { RunEvent } from '../event/run-event.ts';
import { newId } from '../time/new-id.ts';

/** Sees every committed event and cannot influence anything: what it throws or rejects with goes elsewhere. */
export type Observer = (event: RunEvent) => unknown;

/** Told what an observer threw, and over which event. */
export type ObserverErrorListener = (
  error: unknown,
  observer: { readonly id: string; readonly event: RunEvent },
) => void;

/** How an observer is registered. */
export interface ObserveOptions {
  /** What it is shown. Default: everything. */
  readonly types?: FilterSpec | undefined;
  /** Unique among the observers of an engine. Default: a new id. */
  readonly id?: string | undefined;
  /** Only for listings: what kind of subscriber it is. */
  readonly kind?: string | undefined;
}

/** A registered observer. */
export interface Observation {
  readonly id: string;
  readonly kind: string | undefined;
  readonly seen: number;
  readonly failed: number;
  unsubscribe(): void;
}

interface Registered {
  readonly id: string;
  readonly kind: string | undefined;
  readonly observer: Observer;
  readonly filter: EventFilter;
  seen: number;
  failed: number;
  isActive: boolean;
}

/** Whoever watches all runs of an engine: observers, and the feed. */
export class Observers {
  readonly #onError: ObserverErrorListener;
  readonly #observers = new Map<string, Registered>();
  /** Replaced, never changed, so that registering during a round disturbs nobody. */
  #round: readonly Registered[] = [];
  readonly #feeds = new Set<Subscriber<RunEvent>>();
  #isClosed = false;

  constructor(onError: ObserverErrorListener = () => undefined) {
    this.#onError = onError;
  }

  /** Throws `BAD_OPTION` if the id is taken. */
  add(observer: Observer, { types, id = newId(), kind }: ObserveOptions = {}): Observation {
    if (typeof observer !== 'function') throw new SluiceError('BAD_OPTION', 'observe: expected a function.');
    if (this.#observers.has(id)) {
      throw new SluiceError('BAD_OPTION', `observe: id ${JSON.stringify(id)} is taken; ids are unique.`);
    }
    const registered: Registered = {
      ...{ id, kind, observer, filter: parseFilter(types) },
      ...{ seen: 0, failed: 0, isActive: true },
    };
    this.#observers.set(id, registered);
    this.#round = [...this.#observers.values()];
    return {
      id,
      kind,
      get seen() {
        return registered.seen;
      },
      get failed() {
        return registered.failed;
      },
      unsubscribe: () => {
        if (this.#observers.get(id) === registered) this.remove(id);
      },
    };
  }

  /** Whether there was one. */
  remove(id: string): boolean {
    const registered = this.#observers.get(id);
    if (!registered) return false;
    registered.isActive = false;
    this.#observers.delete(id);
    this.#round = [...this.#observers.values()];
    return true;
  }

  get size(): number {
    return this.#observers.size;
  }

  tell(event: RunEvent): void {
    const round = this.#round;
    for (let i = 0; i < round.length; i++) {
      const registered = round[i]!;
      if (!registered.isActive || !registered.filter.passes(event.type)) continue;
      registered.seen++;
      try {
        const later = registered.observer(event);
        if (isThenable(later))
          later.then(undefined, (error: unknown) => this.#failed(registered, event, error));
      } catch (error) {
        this.#failed(registered, event, error);
      }
    }
  }

  /**
   * Events of all runs, from now on. Hot, synchronous, in the order of each run; nothing is replayed or kept.
   * Completes when the engine closes.
   */
  feed(filter: EventFilter, tenantId: string | undefined): Observable<RunEvent> {
    return new Observable((subscriber: Subscriber<RunEvent>) => {
      if (this.#isClosed) return subscriber.complete();
      const observation = this.add(
        event => {
          if (filter.passes(event.type) && (tenantId === undefined || event.tenantId === tenantId)) {
            subscriber.next(event);
          }
        },
        { kind: 'feed' },
      );
      this.#feeds.add(subscriber);
      subscriber.add(() => {
        observation.unsubscribe();
        this.#feeds.delete(subscriber);
      });
    });
  }

  close(): void {
    this.#isClosed = true;
    for (const feed of this.#feeds) {
      try {
        feed.complete();
      } catch (error) {
        // A finalizer threw. It goes where RxJS sends all errors that nobody takes.
        throwError(() => error).subscribe();
      }
    }
    this.#observers.clear();
    this.#round = [];
  }

  #failed(registered: Registered, event: RunEvent, error: unknown): void {
    registered.failed++;
    try {
      const later: unknown = this.#onError(error, { id: registered.id, event });
      if (isThenable(later)) later.then(undefined, () => undefined);
    } catch {
      // The last resort must not become the next failure.
    }
  }
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof (value as { then?: unknown } | null | undefined)?.then === 'function';
}
