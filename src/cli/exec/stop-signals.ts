import { asyncScheduler } from 'rxjs';
import type { SignalSource } from '../stop-on-signal.ts';

/** What ends a program that does not say otherwise, by a key or from outside. */
export const STOP_SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'] as const;
export type StopSignal = (typeof STOP_SIGNALS)[number];

/** A key that is pressed once may arrive twice: from the terminal, and from npm, which passes it on. Milliseconds. */
const SAME_KEY = 200;

/** Calls `stop` with each signal and how many came before it. */
export function onStopSignals(
  source: SignalSource,
  stop: (signal: StopSignal, before: number) => void,
): void {
  let last: { readonly signal: StopSignal; readonly at: number } | undefined;
  let before = 0;
  for (const signal of STOP_SIGNALS) {
    source.on(signal, () => {
      const at = asyncScheduler.now();
      if (signal === last?.signal && at - last.at <= SAME_KEY) return;
      last = { signal, at };
      stop(signal, before++);
    });
  }
}
