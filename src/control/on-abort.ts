/** Who waits for one signal, and the listener they share. */
interface Waiting {
  readonly calls: Set<() => void>;
  readonly ring: () => void;
}

const waitingFor = new WeakMap<AbortSignal, Waiting>();

/**
 * Calls `call` when a signal fires; what it returns ends that. All who wait for one signal share one listener, since
 * platforms warn of a leak when a run asks about eleven things at once.
 */
export function onAbort(signal: AbortSignal, call: () => void): () => void {
  const waiting = waitingFor.get(signal) ?? listen(signal);
  waiting.calls.add(call);
  return () => {
    if (!waiting.calls.delete(call) || waiting.calls.size > 0) return;
    signal.removeEventListener('abort', waiting.ring);
    waitingFor.delete(signal);
  };
}

function listen(signal: AbortSignal): Waiting {
  const calls = new Set<() => void>();
  const waiting = {
    calls,
    ring: () => {
      for (const call of [...calls]) call();
    },
  };
  signal.addEventListener('abort', waiting.ring);
  waitingFor.set(signal, waiting);
  return waiting;
}
