import type { HistoryRecord } from './history.ts';

/** When faults took back what had been acknowledged. */
export class LossWindows {
  readonly #windows: readonly { readonly from: number; readonly to: number }[];

  constructor(faults: readonly Extract<HistoryRecord, { kind: 'fault' }>[]) {
    this.#windows = faults.flatMap(({ loses }) => (loses ? [loses] : []));
  }

  /** Whether what was acknowledged then may be gone. */
  excuse(t: number): boolean {
    return this.#windows.some(({ from, to }) => t >= from && t <= to);
  }

  /** Whether something may have been lost before. */
  before(t: number): boolean {
    return this.#windows.some(({ from }) => from <= t);
  }

  /** Whether something may have been lost after this was read. */
  since(t: number): boolean {
    return this.#windows.some(({ to }) => to >= t);
  }
}
