import type { Clock } from '../../time/clock.ts';
import type { Sweep } from '../../time/sweep.ts';

const YEAR = 365 * 24 * 3_600_000;

/** Keeps the process alive until `promise` is settled: somebody waits for it, although every timer is a background one. */
export function holdProcess(
  promise: Promise<unknown>,
  time: { readonly clock: Clock; readonly sweep: Sweep },
): void {
  const letGo = time.sweep.at(time.clock.now() + YEAR, () => undefined, { keepAlive: true });
  promise.then(letGo, letGo);
}
