import type { Subscription } from 'rxjs';
import { isNotice } from '../../../event/notice.ts';
import { carriedIn } from '../extension.ts';
import { toStreamResponses } from '../to-a2a.ts';
import { fromSdkEvent, toSdkEvent } from './sdk-codec.ts';
import type { SdkEvent, TaskEngine } from './sdk-types.ts';
import { MESSAGE_TYPE, type TaskLog } from './task-log.ts';

type EventListener = (event: SdkEvent) => void;
type FinishedListener = () => void;

/** Where a bus reads, and who writes. */
export interface BusOptions {
  readonly engine: TaskEngine;
  readonly taskId: string;
  readonly tenantId: string;
  readonly log: TaskLog;
  /** Where to begin; known once the call has looked its task up. */
  readonly after: Promise<string>;
  /** Told when the task was cancelled, and not by this bus. */
  readonly cancelled: () => void;
}

/** A bus of one call: what is published goes to the run of the task, and comes from there, stored, to whoever listens. */
export class RunEventBus {
  readonly #options: BusOptions;
  readonly #listeners = {
    event: new Map<EventListener, boolean>(),
    finished: new Map<FinishedListener, boolean>(),
  };
  #subscription: Subscription | undefined;
  #isReading = false;
  #hasFinished = false;
  #seq = 0;
  #finishAt: number | undefined;

  constructor(options: BusOptions) {
    this.#options = options;
  }

  /** Stores an event; listeners hear it once it is. */
  publish(event: SdkEvent): void {
    const response = fromSdkEvent(event);
    if (response) this.#options.log.publish(response);
    this.#read();
  }

  on(name: 'event', listener: EventListener): this;
  on(name: 'finished', listener: FinishedListener): this;
  on(name: 'event' | 'finished', listener: EventListener | FinishedListener): this {
    return this.#add(name, listener, false);
  }

  once(name: 'event', listener: EventListener): this;
  once(name: 'finished', listener: FinishedListener): this;
  once(name: 'event' | 'finished', listener: EventListener | FinishedListener): this {
    return this.#add(name, listener, true);
  }

  off(name: 'event', listener: EventListener): this;
  off(name: 'finished', listener: FinishedListener): this;
  off(name: 'event' | 'finished', listener: EventListener | FinishedListener): this {
    this.#listeners[name].delete(listener as EventListener & FinishedListener);
    if (this.#listeners.event.size === 0) this.#stop();
    return this;
  }

  removeAllListeners(name?: 'event' | 'finished'): this {
    if (name !== 'finished') this.#listeners.event.clear();
    if (name !== 'event') this.#listeners.finished.clear();
    if (this.#listeners.event.size === 0) this.#stop();
    return this;
  }

  /** Nothing more is published for now: listeners hear what was, and then that it is finished. */
  finished(): void {
    const { log, engine, taskId, tenantId } = this.#options;
    void log
      .flush()
      .then(() => engine.events.tip(taskId, { tenantId }))
      .then(
        ({ seq }) => {
          this.#finishAt = seq;
          if (!this.#isReading || this.#seq >= seq) this.#finish();
        },
        () => this.#finish(),
      );
  }

  #add(name: 'event' | 'finished', listener: EventListener | FinishedListener, isOnce: boolean): this {
    this.#listeners[name].set(listener as EventListener & FinishedListener, isOnce);
    if (name === 'event') this.#read();
    return this;
  }

  #read(): void {
    if (this.#isReading || this.#hasFinished || this.#listeners.event.size === 0) return;
    this.#isReading = true;
    void this.#options.after.then(after => this.#isReading && this.#subscribe(after));
  }

  #subscribe(after: string): void {
    const { engine, taskId, tenantId, log } = this.#options;
    // Until the first event is stored there is no run.
    const open = after === 'start' ? log.opened : Promise.resolve();
    void open.then(() => {
      if (!this.#isReading) return;
      this.#subscription = engine.events(taskId, { tenantId, after }).subscribe({
        next: item => {
          if (isNotice(item)) return;
          this.#seq = item.seq;
          if (item.type === 'cancelled' && !log.isEnding) this.#options.cancelled();
          if (item.type === 'started' || item.type === MESSAGE_TYPE) return;
          const place = { contextId: this.#contextOf(item), opened: NOTHING };
          for (const response of toStreamResponses(item, place)) this.#emit(toSdkEvent(response));
          if (this.#finishAt !== undefined && this.#seq >= this.#finishAt) this.#finish();
        },
        complete: () => this.#finish(),
        error: () => this.#finish(),
      });
    });
  }

  #contextOf({ metadata }: { readonly metadata?: Parameters<typeof carriedIn>[0] }): string {
    const response = carriedIn(metadata)?.['response'] as Record<string, { contextId?: string }> | undefined;
    this.#context = Object.values(response ?? {})[0]?.contextId ?? this.#context;
    return this.#context;
  }
  #context = '';

  #emit(event: SdkEvent): void {
    for (const [listener, isOnce] of [...this.#listeners.event]) {
      if (isOnce) this.#listeners.event.delete(listener);
      listener(event);
    }
  }

  #finish(): void {
    if (this.#hasFinished) return;
    this.#hasFinished = true;
    for (const listener of [...this.#listeners.finished.keys()]) listener();
    this.#stop();
  }

  #stop(): void {
    this.#isReading = false;
    this.#subscription?.unsubscribe();
    this.#subscription = undefined;
  }
}

const NOTHING: ReadonlySet<string> = new Set();
