import type { Awaitable } from '../../src/backends/awaitable.ts';
import type { Backend, Directory, Log } from '../../src/backends/backend.ts';
import { memoryBackend } from '../../src/backends/memory/memory-backend.ts';
import type { Clock } from '../../src/time/clock.ts';

/** How an answer comes: at once, or as a promise, once it may. */
export type Pace = <Answer>(work: () => Awaitable<Answer>) => Awaitable<Answer>;

/** At once. */
export const atOnce: Pace = work => work();

/** So many microtasks later, as `turns` says for each call; 0 is at once. */
export function afterTurns(turns: () => number): Pace {
  return work => {
    const count = turns();
    return count === 0 ? work() : waited(count, work);
  };
}

async function waited<Answer>(turns: number, work: () => Awaitable<Answer>): Promise<Answer> {
  for (let turn = 0; turn < turns; turn++) await Promise.resolve();
  return work();
}

/** Does the work at once and answers so many microtasks later: what was stored is not known to be. */
export function answeredAfter(turns: () => number): Pace {
  return work => {
    const answer = work();
    const count = turns();
    return count === 0 ? answer : waited(count, () => answer);
  };
}

/** A gate that answers wait behind until somebody opens it. */
export class Floodgate {
  #waiting: (() => void)[] = [];
  #isOpen = false;

  get waiting(): number {
    return this.#waiting.length;
  }

  readonly pace: Pace = work => {
    if (this.#isOpen) return work();
    return new Promise<void>(resolve => this.#waiting.push(resolve)).then(work);
  };

  /** Lets those pass that wait now, at most `count`. */
  release(count = Infinity): void {
    for (const pass of this.#waiting.splice(0, count)) pass();
  }

  /** Lets everybody pass from now on. */
  open(): void {
    this.#isOpen = true;
    this.release();
  }
}

export interface SlowBackendOptions {
  readonly clock?: Clock;
  readonly append?: Pace;
  readonly read?: Pace;
  readonly directory?: Pace;
}

/** A memory backend whose answers come when the spec says so, each in the order of its calls or not. */
export function slowBackend({
  clock,
  append = atOnce,
  read = atOnce,
  directory: records = atOnce,
}: SlowBackendOptions = {}): Backend {
  const { flags, log, directory, close } = memoryBackend({ clock });
  const slowLog: Log = {
    append: (key, batch) => append(() => log.append(key, batch)),
    read: (key, query) => read(() => log.read(key, query)),
    watch: (key, ring) => log.watch(key, ring),
    trim: (key, seq) => log.trim(key, seq),
  };
  const slowDirectory: Directory = {
    create: (record, idempotency) => records(() => directory.create(record, idempotency)),
    get: key => records(() => directory.get(key)),
    list: query => records(() => directory.list(query)),
    update: (key, change) => records(() => directory.update(key, change)),
    delete: key => records(() => directory.delete(key)),
    watch: tell => directory.watch(tell),
  };
  return { flags, log: slowLog, directory: slowDirectory, close };
}
