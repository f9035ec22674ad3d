/** Calls `run` once, when the calls that are under way have returned, and before any input, output or timer. */
export function afterThisCall(run: () => void): void {
  queueMicrotask(run);
}
