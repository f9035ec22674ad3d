import type { AppendResult, Batch, Log, LogQuery, ReadResult, RunKey } from '../backend.ts';
import type { RunStore } from '../run-store.ts';
import type { EventLog } from './event-log.ts';

/** The logs of all runs; every answer comes at once, and watchers are rung before it. */
export class MemoryLog implements Log {
  readonly #store: RunStore<EventLog>;

  constructor(store: RunStore<EventLog>) {
    this.#store = store;
  }

  append(key: RunKey, batch: Batch): AppendResult {
    const run = this.#store.find(key);
    if (!run) return { result: 'lost' };
    const answer = run.events.append(batch);
    if (answer.result !== 'ok') return answer;
    if (!run.live) this.#store.touch(key, run);
    run.bell?.tell();
    return answer;
  }

  read(key: RunKey, query: LogQuery): ReadResult {
    return this.#store.find(key)?.events.read(query) ?? { result: 'absent' };
  }

  watch(key: RunKey, ring: () => void): () => void {
    return this.#store.watch(key, ring);
  }

  trim(key: RunKey, seq: number): void {
    const run = this.#store.find(key);
    run?.events.trim(seq);
    run?.bell?.tell();
  }
}
