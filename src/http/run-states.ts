import { foldRun } from '../event/fold-run.ts';
import { isNotice } from '../event/notice.ts';
import { emptyRun, type RunState } from '../event/run-state.ts';
import type { EngineEvents } from '../engine/engine-events.ts';
import { keyOf } from '../engine/run-events.ts';
import type { RunReader } from '../run/reader.ts';
import { soon } from '../time/soon.ts';

/** States that are kept, and characters of JSON that they are in all. */
const MOST_STATES = 256;
const MOST_CHARACTERS = 32 * 1024 * 1024;

interface Kept {
  readonly state: RunState;
  readonly json: string;
}

/**
 * What runs add up to. The newest states are kept, so that whoever asks next waits for what came since alone. Who asks
 * while somebody else waits gets the same answer. Memory: 256 states, 32 MB of JSON and what it describes.
 */
export class RunStates {
  readonly #events: EngineEvents;
  /** The one that was asked for last is last. */
  readonly #kept = new Map<string, Kept>();
  readonly #asked = new Map<string, Promise<string>>();
  #characters = 0;

  constructor(events: EngineEvents) {
    this.#events = events;
  }

  /** A {@link RunState} as JSON. Rejects with `RUN_NOT_FOUND`, `STORAGE_LOST`. */
  json(runId: string, tenantId: string): Promise<string> {
    const key = keyOf(runId, tenantId);
    const asked = this.#asked.get(key) ?? this.#read(key, runId, tenantId);
    this.#asked.set(key, asked);
    return asked;
  }

  async #read(key: string, runId: string, tenantId: string): Promise<string> {
    const known = this.#kept.get(key);
    try {
      const after = known?.state.cursor ?? 'start';
      const { seq } = await this.#events.tip(runId, { tenantId });
      const reader = await this.#events.read(runId, { tenantId, after, patient: false });
      const state = await foldUpTo(seq, reader, known?.state ?? emptyRun);
      const isSame = state === known?.state;
      const now = isSame ? known : { state, json: JSON.stringify(state) };
      this.#keep(key, state.isGone ? undefined : now);
      return now.json;
    } catch (error) {
      this.#keep(key, undefined);
      throw error;
    } finally {
      this.#asked.delete(key);
    }
  }

  #keep(key: string, kept: Kept | undefined): void {
    this.#forget(key);
    if (!kept) return;
    this.#kept.set(key, kept);
    this.#characters += kept.json.length;
    for (const oldest of this.#kept.keys()) {
      if (this.#kept.size <= MOST_STATES && this.#characters <= MOST_CHARACTERS) return;
      this.#forget(oldest);
    }
  }

  #forget(key: string): void {
    this.#characters -= this.#kept.get(key)?.json.length ?? 0;
    this.#kept.delete(key);
  }
}

/** Up to what there is now: a run that says more and more would never be answered. */
async function foldUpTo(tip: number, reader: RunReader, from: RunState): Promise<RunState> {
  let state = from;
  for (;;) {
    const step = await reader.read();
    for (const item of step.items) state = foldRun(state, isNotice(item) ? item : item.event);
    if (step.state !== 'more' || reader.seq >= tip) return state;
    // Others have their turn between the pages of a long run.
    await new Promise<void>(resolve => void soon(resolve));
  }
}
