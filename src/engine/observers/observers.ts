import { Observable, throwError, type Subscriber } from 'rxjs';
import { SluiceError } from '../../errors/sluice-error.ts';
import type { EventFilter } from '../../event/filter.ts';
import type { RunEvent } from '../../event/run-event.ts';
import { withoutRunContext } from '../../run/current-context.ts';
import { afterThisCall } from '../../time/after-this-call.ts';
import type { Clock } from '../../time/clock.ts';
import { soon } from '../../time/soon.ts';
import type { Sweep } from '../../time/sweep.ts';
import { Burst } from './burst.ts';
import { resolveObserve, type ObserveOptions } from './observe-options.ts';
import { ObserverLoop, type LoopServices } from './observer-loop.ts';
import type { AnyObserver, Observation, ObserverErrorListener, ObserverFailure } from './observer.ts';
import { targetOf, type Target } from './target.ts';
import { WorkerTarget } from './worker-target.ts';

/** What the observers of an engine need. */
export interface ObserverServices {
  readonly clock: Clock;
  readonly sweep: Sweep;
  readonly onError: ObserverErrorListener;
}

/** What an observer did not get to before the engine closed. */
export interface UnfinishedObserver {
  readonly id: string;
  readonly kind: string | undefined;
  readonly left: number;
}

/** Events that may be gathered before they go to the queues. */
const LARGEST_BURST = 256;

/**
 * Whoever watches all runs of an engine. The feed hears events inside of the call that emitted. Observers do not:
 * there an event is only put down, which costs the same for one observer and for fifty, and is handed out when the
 * calls under way have returned. Memory: a burst, and what each observer lets wait.
 */
export class Observers {
  readonly #onError: ObserverErrorListener;
  readonly #services: LoopServices;
  readonly #loops = new Map<string, ObserverLoop>();
  /** Replaced, never changed, so that registering during a round disturbs nobody. */
  #round: readonly ObserverLoop[] = [];
  readonly #feeds = new Set<Subscriber<RunEvent>>();
  #fed: readonly ((event: RunEvent) => void)[] = [];
  #burst = new Burst();
  /** Loops that have more to do than fitted in their turn. */
  #behind = new Set<ObserverLoop>();
  #isQueued = false;
  #isDraining = false;
  #isLater = false;
  #isClosed = false;
  /** What those dropped that are gone. */
  #dropped = 0;

  constructor({ clock, sweep, onError }: ObserverServices) {
    this.#onError = onError;
    this.#services = {
      ...{ clock, sweep },
      report: (error, failure) => this.#report(error, failure),
      later: loop => {
        this.#behind.add(loop);
        this.#schedule();
      },
      handOver: () => this.#handOver(false),
      leave: loop => {
        if (this.#loops.get(loop.id) === loop) this.#loops.delete(loop.id);
        this.#dropped += loop.dropped;
        this.#round = [...this.#loops.values()];
      },
    };
  }

  /** Throws `BAD_OPTION` if the id is taken. */
  add(observer: AnyObserver, options: ObserveOptions = {}): Observation {
    const isWorker = typeof observer === 'object' && observer !== null && 'worker' in observer;
    const target: Target = isWorker ? new WorkerTarget(observer, this.#services) : targetOf(observer);
    const settings = resolveObserve(options, target.takesBatches);
    if (this.#loops.has(settings.id)) {
      const shown = JSON.stringify(settings.id);
      throw new SluiceError(
        'BAD_OPTION',
        `observe: id ${shown} is taken; ids are unique. Remove the other first.`,
      );
    }
    if (this.#isClosed) throw new SluiceError('ENGINE_CLOSED', 'observe: the engine is closed.');
    // What was committed before is not for the newcomer.
    this.#handOver(false);
    const loop = new ObserverLoop(settings, target, this.#services);
    this.#loops.set(settings.id, loop);
    this.#round = [...this.#loops.values()];
    return loop;
  }

  /** The observers in the order in which they were registered. */
  get all(): readonly Observation[] {
    return this.#round;
  }

  get(id: string): Observation | undefined {
    return this.#loops.get(id);
  }

  get size(): number {
    return this.#loops.size + this.#feeds.size;
  }

  /** Events that observers were too slow for, those included that are gone. */
  get dropped(): number {
    return this.#round.reduce((sum, { dropped }) => sum + dropped, this.#dropped);
  }

  /** Whether anybody at all is told of events. */
  get isEmpty(): boolean {
    return this.#round.length === 0 && this.#fed.length === 0;
  }

  /** Synchronous for the feed, and nothing but putting down for observers. */
  tell(event: RunEvent): void {
    const fed = this.#fed;
    for (let i = 0; i < fed.length; i++) fed[i]!(event);
    if (this.#round.length === 0) return;
    this.#burst.events.push(event);
    if (this.#burst.length >= LARGEST_BURST) this.#handOver(false);
    if (!this.#isQueued) this.#schedule();
  }

  /**
   * Events of all runs, from now on. Hot, synchronous, in the order of each run; nothing is replayed or kept.
   * Completes when the engine closes.
   */
  feed(filter: EventFilter, tenantId: string | undefined): Observable<RunEvent> {
    return new Observable((subscriber: Subscriber<RunEvent>) => {
      if (this.#isClosed) return subscriber.complete();
      const hear = (event: RunEvent): void => {
        if (subscriber.closed) return;
        if (!filter.passes(event.type) || (tenantId !== undefined && event.tenantId !== tenantId)) return;
        try {
          subscriber.next(event);
        } catch (error) {
          unhandled(error);
        }
      };
      this.#feeds.add(subscriber);
      this.#fed = [...this.#fed, hear];
      subscriber.add(() => {
        this.#feeds.delete(subscriber);
        this.#fed = this.#fed.filter(other => other !== hear);
      });
    });
  }

  /** Tells every run when it has its first event, inside of the call that emitted. Returns what ends that. */
  watchFirstEvents(tell: (event: RunEvent) => void): () => void {
    const hear = (event: RunEvent): void => {
      if (event.seq === 1) tell(event);
    };
    this.#fed = [...this.#fed, hear];
    return () => {
      this.#fed = this.#fed.filter(other => other !== hear);
    };
  }

  /** Resolves when all observers are done with what was committed before. */
  async flush(): Promise<void> {
    await Promise.all(this.#round.map(loop => loop.flush()));
  }

  /** Ends the feeds at once, and the observers when they are done or have had `timeout` ms. Who was not done? */
  async close(timeout: number): Promise<readonly UnfinishedObserver[]> {
    this.#isClosed = true;
    for (const feed of this.#feeds) {
      try {
        feed.complete();
      } catch (error) {
        unhandled(error);
      }
    }
    const ends = await Promise.all(
      this.#round.map(async loop => ({ id: loop.id, kind: loop.kind, ...(await loop.close({ timeout })) })),
    );
    return ends.filter(({ left }) => left > 0);
  }

  /** Gives what was put down to everybody's queue, or to the observers themselves. */
  #handOver(mayCall: boolean): void {
    if (this.#burst.length === 0) return;
    const burst = this.#burst;
    this.#burst = new Burst();
    for (const loop of this.#round) loop.offer(burst, mayCall);
  }

  #schedule(): void {
    if (this.#isDraining) return;
    if (this.#isQueued) return;
    this.#isQueued = true;
    afterThisCall(() => {
      this.#isQueued = false;
      this.#drain();
    });
  }

  /** One turn. What it leads to has a later one, so that observers that emit do not keep the event loop to themselves. */
  #drain(): void {
    this.#isDraining = true;
    // An observer is no part of the run whose agent happened to emit.
    withoutRunContext(() => {
      this.#handOver(true);
      const behind = this.#behind;
      this.#behind = new Set();
      for (const loop of behind) loop.pump();
    });
    this.#isDraining = false;
    if (this.#isLater || (this.#burst.length === 0 && this.#behind.size === 0)) return;
    this.#isLater = true;
    soon(() => {
      this.#isLater = false;
      this.#drain();
    });
  }

  #report(error: unknown, failure: ObserverFailure): void {
    try {
      const later: unknown = this.#onError(error, failure);
      new Promise(resolve => resolve(later)).catch(() => undefined);
    } catch {
      // The last resort must not become the next failure.
    }
  }
}

// A finalizer threw. It goes where RxJS sends all errors that nobody takes.
function unhandled(error: unknown): void {
  throwError(() => error).subscribe();
}
