import type { RunStatus } from '../event/run-event.ts';
import { follow } from './follow.ts';
import type { Frame } from './read-frames.ts';
import { ask } from './send.ts';

/** A run as the list of `/runs` has it. */
export interface ListedRun {
  readonly runId: string;
  readonly agent?: string;
  readonly status: RunStatus;
  readonly createdAt: string;
  readonly endedAt?: string;
}

interface RunPage {
  readonly runs: readonly ListedRun[];
  readonly next?: string;
}

const PATH = 'runs?limit=200';

/** Whether a run is known to the server; `unknown` where the list does not reach that far back. */
export type Presence = 'there' | 'gone' | 'unknown';

/** The runs of the server, live; the one place that knows whether the server can be reached. */
export class RunList {
  readonly #runs = new Map<string, ListedRun>();
  readonly #onChange: () => void;
  #waiting: (() => void)[] = [];
  #state: 'connecting' | 'live' | 'lost' = 'connecting';

  constructor(onChange: () => void) {
    this.#onChange = onChange;
    follow({
      url: PATH,
      mayConnect: async () => true,
      onFrames: frames => this.#take(frames),
      // Connected is not yet informed: live is the list when it was read.
      onState: state => state === 'lost' && this.#setState(state),
      isOver: () => false,
      onGone: () => undefined,
    });
  }

  get state(): 'connecting' | 'live' | 'lost' {
    return this.#state;
  }

  /** Newest first. */
  get runs(): readonly ListedRun[] {
    return [...this.#runs.values()].sort((a, b) =>
      a.createdAt === b.createdAt ? (a.runId < b.runId ? 1 : -1) : a.createdAt < b.createdAt ? 1 : -1,
    );
  }

  get(runId: string): ListedRun | undefined {
    return this.#runs.get(runId);
  }

  /** Resolves when the server can be reached; whether it has the run. */
  async presenceOf(runId: string): Promise<Presence> {
    while (this.#state !== 'live') await new Promise<void>(resolve => this.#waiting.push(resolve));
    if (this.#runs.has(runId)) return 'there';
    // A run that was started a moment ago may not be in the stream yet.
    const answer = await ask<RunPage>(PATH);
    if ('problem' in answer) return 'unknown';
    if (answer.body.runs.some(run => run.runId === runId)) return 'there';
    return answer.body.next === undefined ? 'gone' : 'unknown';
  }

  #take(frames: readonly Frame[]): void {
    for (const { event, data } of frames) {
      if (data === undefined) continue;
      if (event === 'runs') this.#replace(JSON.parse(data) as RunPage);
      if (event === 'run') {
        const run = JSON.parse(data) as ListedRun;
        this.#runs.set(run.runId, run);
      }
      if (event === 'removed') this.#runs.delete((JSON.parse(data) as { runId: string }).runId);
    }
    if (frames.length > 0) this.#onChange();
  }

  #replace({ runs }: RunPage): void {
    this.#runs.clear();
    for (const run of runs) this.#runs.set(run.runId, run);
    this.#setState('live');
  }

  #setState(state: 'connecting' | 'live' | 'lost'): void {
    this.#state = state;
    if (state === 'live') for (const resolve of this.#waiting.splice(0)) resolve();
    this.#onChange();
  }
}
