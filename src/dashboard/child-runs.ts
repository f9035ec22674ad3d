import type { RunState } from '../client/index.ts';
import type { RunView } from '../http/run-view.ts';
import type { RunList } from './run-list.ts';
import { server } from './server.ts';

/** Children of one run that are shown. */
const MOST = 100;

/** The runs that a run has started: those of the live list, and once at each end those that it does not reach. */
export class ChildRuns {
  readonly #runId: string;
  readonly #list: RunList;
  readonly #onChange: () => void;
  readonly #asked = new Map<string, RunView>();
  #isAskedAtBegin = false;
  #isAskedAtEnd = false;

  constructor(runId: string, list: RunList, onChange: () => void) {
    this.#runId = runId;
    this.#list = list;
    this.#onChange = onChange;
  }

  /** In no order; what the list says is newer. */
  get runs(): readonly RunView[] {
    const runs = new Map(this.#asked);
    for (const run of this.#list.runs) if (run.parentId === this.#runId) runs.set(run.runId, run);
    return [...runs.values()];
  }

  /** Asks the server when the run is first seen, and when it has ended. */
  watch({ end, seen, isGone }: RunState): void {
    if (isGone || seen === 0) return;
    if (!this.#isAskedAtBegin || (end && !this.#isAskedAtEnd)) void this.#ask();
    this.#isAskedAtBegin = true;
    if (end) this.#isAskedAtEnd = true;
  }

  async #ask(): Promise<void> {
    // They are no more than links; without them all else is there.
    const page = await server.list({ parentId: this.#runId, limit: MOST }).catch(() => undefined);
    if (!page || page.runs.length === 0) return;
    for (const run of page.runs) this.#asked.set(run.runId, run);
    this.#onChange();
  }
}
