import { SluiceError } from '../../errors/sluice-error.ts';
import { foldRun } from '../../event/fold-run.ts';
import { isNotice, type Notice } from '../../event/notice.ts';
import type { RunEvent } from '../../event/run-event.ts';
import { emptyRun, type RunState } from '../../event/run-state.ts';
import type { Client } from '../create-client.ts';
import { resolveStreamOptions, type ConnectionState } from '../options.ts';
import { Retries } from '../retries.ts';
import type { LiveSource } from './live-store.ts';

/** What is shown of a run. */
export interface RunContent {
  readonly state: RunState;
  /** The newest ones, in order. */
  readonly events: readonly RunEvent[];
}

const NOTHING = { seq: 0, cursor: undefined };

type Heard = (state: ConnectionState) => void;

/**
 * One run as its viewers see it. Begins with what the server has added up, and goes on by cursor. Memory: the state, and
 * twice as many events as are wanted.
 */
export class RunSource implements LiveSource<RunContent> {
  readonly #client: () => Client;
  readonly #runId: string;
  #state: RunState;
  /** Up to where the state had been added up when reading began; what is read again changes nothing. */
  #known: { readonly seq: number; readonly cursor: string | undefined } = NOTHING;
  /** The store has lost the end of the run, and it may have come otherwise since. */
  #isVoid = false;
  #events: RunEvent[] = [];
  #wanted = 0;
  /** How many of the newest events have been read. */
  #covered = 0;
  /** How many of them are asked for; they have been read when one comes that the state does not know. */
  #asked = 0;

  /** `client` may throw; then there is nothing to read. `initial`: what the run added up to at some time before. */
  constructor(client: () => Client, runId: string, initial: RunState | undefined) {
    this.#client = client;
    this.#runId = runId;
    this.#state = initial ?? { ...emptyRun, runId };
  }

  content(): RunContent {
    return {
      state: this.#state,
      events: this.#wanted > 0 ? this.#events.slice(-this.#wanted) : this.#events,
    };
  }

  /** Keeps so many of the newest events from now on. Returns whether they must be read first. */
  want(events: number): boolean {
    this.#wanted = Math.max(this.#wanted, events);
    return this.#wanted > this.#covered;
  }

  async read(stop: AbortSignal, heard: Heard, changed: () => void): Promise<void> {
    const client = this.#client();
    do {
      if (this.#state.cursor === undefined || this.#isVoid || this.#state.isGone) {
        const state = await this.#rejoin(client, stop, heard);
        if (!state) return;
        // What is void or gone is shown until there is something else.
        if (this.#isVoid || this.#state.isGone) this.#covered = this.#asked = 0;
        this.#isVoid = false;
        this.#state = state;
        changed();
      }
      await this.#follow(client, stop, heard, changed);
    } while (!stop.aborted && this.#isVoid);
    if (!this.#state.isGone || stop.aborted) return;
    throw new SluiceError(
      'RUN_NOT_FOUND',
      `run ${JSON.stringify(this.#runId)} is gone: it has expired or was erased. What was read of it is still shown.`,
    );
  }

  /** What the run adds up to by now; `undefined` if it is not wanted any more. */
  async #rejoin(client: Client, stop: AbortSignal, heard: Heard): Promise<RunState | undefined> {
    const retries = new Retries(resolveStreamOptions({ onState: heard }));
    const giveUp = (): void => retries.stop();
    stop.addEventListener('abort', giveUp);
    try {
      while (!stop.aborted) {
        heard({ status: 'connecting' });
        try {
          const state = await client.state(this.#runId);
          return stop.aborted ? undefined : state;
        } catch (error) {
          await retries.wait(error, { isKnown: false });
        }
      }
      return undefined;
    } finally {
      stop.removeEventListener('abort', giveUp);
    }
  }

  /** Reads on until there is no more, or until it turns out that the state is void. */
  #follow(client: Client, stop: AbortSignal, heard: Heard, changed: () => void): Promise<void> {
    const { cursor, end } = this.#state;
    const seq = seqOf(cursor);
    const isBehind = this.#wanted > this.#covered;
    if (end && !isBehind) return Promise.resolve();
    this.#known = { seq, cursor };
    if (isBehind) {
      this.#events = [];
      this.#asked = this.#wanted;
    }
    const after = isBehind ? Math.max(0, seq - this.#wanted) : cursor;
    const onState = (state: ConnectionState): void => {
      if (state.status === 'open' && this.#state.degradedSince !== undefined) {
        this.#state = { ...this.#state, degradedSince: undefined };
        changed();
      }
      heard(state);
    };
    const connection = client.events(this.#runId, { after, signal: stop, onState });
    return new Promise((complete, error) => {
      const reading = connection.subscribe({
        next: item => {
          if (stop.aborted) return;
          if (this.#take(item)) return changed();
          this.#isVoid = true;
          reading.unsubscribe();
          complete();
        },
        error,
        complete,
      });
    });
  }

  /** Whether the item belongs to the same history as what is known. */
  #take(item: RunEvent | Notice): boolean {
    const { seq, cursor } = this.#known;
    if (isNotice(item)) {
      if (item.notice === 'reset' && item.reason !== 'gone') return false;
      if (item.notice !== 'gap') this.#state = foldRun(this.#state, item);
      else if (item.to > seq)
        this.#state = foldRun(this.#state, { ...item, from: Math.max(item.from, seq + 1) });
      return true;
    }
    if (item.seq === seq && item.id !== cursor) return false;
    if (item.seq >= seq) this.#covered = Math.max(this.#covered, this.#asked);
    if (this.#wanted > 0) {
      this.#events.push(item);
      if (this.#events.length > 2 * this.#wanted) this.#events.splice(0, this.#wanted);
    }
    if (item.seq > seq) this.#state = foldRun(this.#state, item);
    return true;
  }
}

/** Of `epoch.seq.hash`. */
function seqOf(cursor: string | undefined): number {
  return Number(cursor?.split('.')[1] ?? 0);
}
