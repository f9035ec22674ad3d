import { asyncScheduler } from 'rxjs';
import { AT_ONCE } from './exit-codes.ts';

type StopSignal = keyof typeof AT_ONCE;

/** A key that is pressed once may arrive twice: from the terminal, and from npm, which passes it on. */
const SAME_KEY = 200;

/** The part of a process that this needs. */
export interface SignalSource {
  on(signal: NodeJS.Signals, listener: () => void): unknown;
  exit(code: number): void;
}

/** Calls `stop` at the first signal; a second one exits at once, whatever still runs. */
export function stopOnSignal(source: SignalSource, stop: (signal: StopSignal) => void): void {
  let first: { readonly signal: StopSignal; readonly at: number } | undefined;
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    source.on(signal, () => {
      const at = asyncScheduler.now();
      if (!first) {
        first = { signal, at };
        stop(signal);
      } else if (signal !== first.signal || at - first.at > SAME_KEY) {
        source.exit(AT_ONCE[signal]);
      }
    });
  }
}
