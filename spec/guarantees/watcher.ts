import { map, takeUntil, Subject, type Observable, type Subscription } from 'rxjs';
import type { Engine } from '../../src/engine/engine.ts';
import { isNotice } from '../../src/event/notice.ts';
import type { Run } from '../../src/run/run-handle.ts';
import type { RunItem } from '../../src/run/window.ts';
import { broken, Collected } from '../support/collect.ts';
import { microtasks } from './microtasks.ts';
import type { Witness } from './witness.ts';

/** Ways to read a run. */
export const WAYS = ['run', 'piped', 'log', 'pulled', 'pulled through a pipe'] as const;

/** Somebody who reads a run, and how. */
export interface WatcherPlan {
  readonly way: (typeof WAYS)[number];
  /** Leaves in the middle of this many-th item. */
  readonly leavesAt?: number | undefined;
  /** Says something in its first callbacks. */
  readonly says: number;
  /** Brings another watcher in its second callback. */
  readonly brings?: number | undefined;
  /** Throws in every callback. */
  readonly throws: boolean;
  /** Microtasks between two pulls. */
  readonly pace: number;
}

/** What a watcher may touch. */
export interface Scene {
  readonly run: Run;
  readonly engine: Engine;
  readonly witness: Witness;
  say(speaker: string): void;
  join(who: number): void;
  /** A callback is about to throw on purpose. */
  thrown(): void;
}

/** A reader that does what its plan says, and notes what it was given and whether that was in order. */
export class Watcher {
  readonly collected = new Collected();
  readonly #plan: WatcherPlan;
  readonly #name: string;
  readonly #scene: Scene;
  readonly #leaving = new Subject<void>();
  #subscription: Subscription | undefined;
  #hasLeft = false;
  #fault: string | undefined;

  constructor(plan: WatcherPlan, name: string, scene: Scene) {
    this.#plan = plan;
    this.#name = name;
    this.#scene = scene;
    this.#begin();
  }

  get isDone(): boolean {
    return this.#hasLeft || this.collected.ended;
  }

  leave(): void {
    if (this.isDone) return;
    this.#hasLeft = true;
    this.#leaving.next();
    this.#subscription?.unsubscribe();
  }

  /** What breaks a guarantee in what it was given, or nothing. */
  get fault(): string | undefined {
    const { collected } = this;
    if (this.#fault) return this.#fault;
    if (collected.error !== undefined) return `error ${String(collected.error)}`;
    const problem = broken(collected);
    // Whoever leaves has seen a beginning.
    if (this.#hasLeft && (problem === 'no end' || problem === 'no completion')) return undefined;
    return problem;
  }

  #begin(): void {
    const { run, engine } = this.#scene;
    switch (this.#plan.way) {
      case 'run':
        return this.#subscribe(run);
      case 'piped':
        return this.#subscribe(run.pipe(map(item => item)).pipe(takeUntil(this.#leaving)));
      case 'log':
        return this.#subscribe(engine.events(run.id).pipe(takeUntil(this.#leaving)));
      case 'pulled':
        return void this.#pull(run);
      case 'pulled through a pipe':
        return void this.#pull(run.pipe(map(item => item)));
    }
  }

  #subscribe(source: Observable<unknown>): void {
    const subscription = source.subscribe({
      next: item => {
        this.#take(item as RunItem);
        if (!this.#plan.throws) return;
        this.#scene.thrown();
        throw new Error('a subscriber throws');
      },
      error: (error: unknown) => (this.collected.error = error),
      complete: () => (this.collected.completed = true),
    });
    this.#subscription = subscription;
    if (this.#hasLeft) subscription.unsubscribe();
  }

  async #pull(source: AsyncIterable<unknown>): Promise<void> {
    try {
      for await (const item of source) {
        if (this.#hasLeft) return;
        this.#take(item as RunItem);
        if (this.#hasLeft) return;
        await microtasks(this.#plan.pace);
      }
      this.collected.completed = true;
    } catch (error) {
      this.collected.error = error;
    }
  }

  #take(item: RunItem): void {
    const { leavesAt, says, brings } = this.#plan;
    const { items } = this.collected;
    // A source that is still in its first, synchronous call cannot be left from inside by a plain subscriber.
    if (this.#hasLeft && this.#subscription)
      this.#fault = `something follows the leaving: ${JSON.stringify(item)}`;
    if (this.#hasLeft) return;
    items.push(item);
    this.#check(item);
    if (items.length <= says) this.#scene.say(this.#name);
    if (items.length === 2 && brings !== undefined) this.#scene.join(brings);
    if (items.length === leavesAt) this.leave();
  }

  #check(item: RunItem): void {
    const { stored, acknowledged, forgotten } = this.#scene.witness;
    if (isNotice(item)) {
      if (item.notice !== 'gap' || item.to > forgotten) {
        this.#fault ??= `${JSON.stringify(item)} while ${forgotten} are forgotten`;
      }
      return;
    }
    if (stored[item.seq - 1] !== item) this.#fault ??= `seq ${item.seq} is not the event that was stored`;
    const isPushed = this.#plan.way === 'run' || this.#plan.way === 'piped';
    if (isPushed && item.seq > acknowledged) this.#fault ??= `seq ${item.seq} came before it was stored`;
  }
}
