import type { Awaitable } from '../../src/backends/awaitable.ts';
import type { AppendResult, Backend, Batch, ReadResult, RunKey } from '../../src/backends/backend.ts';
import { memoryBackend } from '../../src/backends/memory/memory-backend.ts';
import type { Clock } from '../../src/time/clock.ts';

/** What an append comes to: as if nothing were wrong, or in one of the ways a store is away. */
export type Mood =
  | 'well'
  /** Fails, and nothing is stored. */
  | 'refuses'
  /** Fails at once, in the call. */
  | 'throws'
  /** Stores it, and fails all the same. */
  | 'loses its answer'
  /** Never answers, and nothing is stored. */
  | 'hangs';

/** A memory whose appends have moods. */
export class ShakyBackend {
  mood: Mood = 'well';
  /** Runs it is shaky about; all of them if none is named. */
  only: string | undefined;
  attempts = 0;
  /** The same for reads, of which `loses its answer` means that they fail. */
  reading: Mood = 'well';
  reads = 0;
  readonly backend: Backend;

  constructor(clock: Clock) {
    const inner = memoryBackend({ clock });
    const { log } = inner;
    this.backend = {
      ...inner,
      log: {
        append: (key, batch) => this.#append(key, batch, () => log.append(key, batch)),
        read: (key, query) => this.#read(key, () => log.read(key, query)),
        watch: (key, ring) => log.watch(key, ring),
        trim: (key, seq) => log.trim(key, seq),
      },
    };
  }

  #read(key: RunKey, read: () => Awaitable<ReadResult>): Awaitable<ReadResult> {
    if (this.reading === 'well' || this.#isSpared(key)) return read();
    this.reads++;
    if (this.reading === 'throws') throw new Error('the store is away');
    if (this.reading === 'hangs') return new Promise(() => undefined);
    return Promise.reject(new Error('the store is away'));
  }

  #append(key: RunKey, _batch: Batch, append: () => Awaitable<AppendResult>): Awaitable<AppendResult> {
    if (this.mood === 'well' || this.#isSpared(key)) return append();
    this.attempts++;
    if (this.mood === 'throws') throw new Error('the store is away');
    if (this.mood === 'hangs') return new Promise(() => undefined);
    if (this.mood === 'loses its answer') void append();
    return Promise.reject(new Error('the store is away'));
  }

  #isSpared(key: RunKey): boolean {
    return this.only !== undefined && !key.endsWith(`/${this.only}`);
  }
}
