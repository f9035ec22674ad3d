import type { AppendResult, Batch, Log, LogQuery, ReadResult, RunKey } from '../backend.ts';
import type { RunStore } from '../run-store.ts';
import type { RunFile } from './run-file.ts';

/** The logs of all runs. Watchers ring before an append is answered. */
export class FileLog implements Log {
  readonly #store: RunStore<RunFile>;
  readonly #refused: (error: unknown) => void;
  readonly #underWay = new Set<Promise<unknown>>();
  #isRefused = false;

  /** `refused` is called once for each time in which the disk takes nothing. */
  constructor(store: RunStore<RunFile>, refused: (error: unknown) => void) {
    this.#store = store;
    this.#refused = refused;
  }

  /** Resolves when no append is under way. */
  async settled(): Promise<void> {
    await Promise.allSettled(this.#underWay);
  }

  async append(key: RunKey, batch: Batch): Promise<AppendResult> {
    const run = this.#store.find(key);
    if (!run) return { result: 'lost' };
    const appending = run.events.append(batch);
    this.#underWay.add(appending);
    const answer = await this.#told(appending);
    if (answer.result !== 'ok') return answer;
    if (this.#store.find(key) !== run) return { result: 'lost' };
    if (!run.live) this.#store.touch(key, run);
    run.bell?.tell();
    return answer;
  }

  async #told(appending: Promise<AppendResult>): Promise<AppendResult> {
    try {
      const answer = await appending;
      this.#isRefused = false;
      return answer;
    } catch (error) {
      if (!this.#isRefused) this.#refused(error);
      this.#isRefused = true;
      throw error;
    } finally {
      this.#underWay.delete(appending);
    }
  }

  async read(key: RunKey, query: LogQuery): Promise<ReadResult> {
    const run = this.#store.find(key);
    if (!run) return { result: 'absent' };
    try {
      return await run.events.read(query);
    } catch (error) {
      // Erased, or files of it trimmed, while it was read: what is there now is the answer.
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
      return this.#store.find(key) === run ? run.events.read(query) : { result: 'absent' };
    }
  }

  watch(key: RunKey, ring: () => void): () => void {
    return this.#store.watch(key, ring);
  }

  async trim(key: RunKey, seq: number): Promise<void> {
    const run = this.#store.find(key);
    await run?.events.trim(seq);
    run?.bell?.tell();
  }
}
