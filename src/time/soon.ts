/**
 * Calls `run` once, after the input and output that are at hand now: what happens in one turn of the event loop can
 * be gathered and answered once. Returns what stops it.
 */
export function soon(run: () => void): () => void {
  if (typeof setImmediate === 'function') {
    const immediate = setImmediate(run);
    return () => clearImmediate(immediate);
  }
  const timer = setTimeout(run, 0);
  return () => clearTimeout(timer);
}
