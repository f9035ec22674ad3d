import type { SinkRun } from '../engine/sinks/sink.ts';

interface Line {
  waiting?: { readonly goOn: () => void; readonly giveUp: () => void } | undefined;
}

/**
 * Work of a sink, of each run one piece at a time: what took too long goes on while the sink is asked again, and must
 * not be overtaken. One piece waits behind it at the most, the newest: whoever asked before has had his time. Memory: a
 * place for each run at work, and what its two pieces hold.
 */
export class RunLines {
  readonly #lines = new Map<string, Line>();

  /** Does `work` when that before is done. Settles as it does; rejects where a later one took its place, or `clear`. */
  async do(run: SinkRun, work: () => Promise<void>): Promise<void> {
    const key = lineOf(run);
    const busy = this.#lines.get(key);
    const line: Line = busy ?? {};
    if (busy) await inLine(busy);
    else this.#lines.set(key, line);
    try {
      await work();
    } finally {
      const { waiting } = line;
      line.waiting = undefined;
      if (waiting) waiting.goOn();
      else this.#lines.delete(key);
    }
  }

  /** Whether somebody waits behind what is done for a run now. */
  isAwaited(run: SinkRun): boolean {
    return this.#lines.get(lineOf(run))?.waiting !== undefined;
  }

  /** Gives up what waits. */
  clear(): void {
    for (const line of this.#lines.values()) {
      line.waiting?.giveUp();
      line.waiting = undefined;
    }
  }
}

/** Of ids, which have no colon. */
export function lineOf({ runId, tenantId }: SinkRun): string {
  return `${tenantId}:${runId}`;
}

function inLine(line: Line): Promise<void> {
  return new Promise((goOn, reject) => {
    line.waiting?.giveUp();
    line.waiting = { goOn, giveUp: () => reject(new Error('what was to be written was asked for anew')) };
  });
}
