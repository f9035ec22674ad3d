import { runKey, type Backend, type Batch, type RunKey } from '../src/backends/backend.ts';
import { chainNext, chainStart } from '../src/event/chain.ts';
import { encodeLine } from '../src/event/codec.ts';
import { formatCursor } from '../src/event/cursor.ts';
import { Entry } from '../src/event/entry.ts';
import { prebuiltTokens } from './prebuilt-tokens.ts';

const EPOCH = 'bench';
const EVENTS = prebuiltTokens(64);
const LINES = EVENTS.map(event => encodeLine(event));
/** What is kept of a run, unless more is asked for. */
export const KEEP = { events: 20_000, bytes: 1_000_000_000 };

/** Writes one run, chain and cursors included, as an engine does. */
export class RunWriter {
  readonly key: RunKey;
  readonly #backend: Backend;
  #after = 0;
  #hash = chainStart(EPOCH);

  private constructor(backend: Backend, key: RunKey) {
    this.#backend = backend;
    this.key = key;
  }

  static async create(backend: Backend, runId: string, keep = KEEP): Promise<RunWriter> {
    const at = new Date().toISOString();
    await backend.directory.create({
      ...{ runId, tenantId: 'bench', epoch: EPOCH, status: 'running', ttl: 3_600_000 },
      ...{ createdAt: at, updatedAt: at, keep },
    });
    return new RunWriter(backend, runKey('bench', runId));
  }

  /** The hash of the newest event. */
  get hash(): string {
    return this.#hash;
  }

  async append(count: number): Promise<void> {
    const answer = await this.#backend.log.append(this.key, this.#batch(count));
    if (answer.result !== 'ok') throw new Error(`expected ok, got ${answer.result}`);
  }

  // What an event is when it comes to the log: numbered, with its line and its place in the chain.
  #batch(count: number): Batch {
    const after = this.#after;
    const entries: Entry[] = [];
    for (let seq = after + 1; seq <= after + count; seq++) {
      const at = seq % EVENTS.length;
      const line = LINES[at]!;
      this.#hash = chainNext(this.#hash, line);
      const cursor = formatCursor({ epoch: EPOCH, seq, hash: this.#hash });
      entries.push(Entry.ofLine(cursor, seq, line));
    }
    this.#after += count;
    return { id: `${after}`, after, entries };
  }
}
