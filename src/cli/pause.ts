import { firstValueFrom, fromEvent, map, merge, timer } from 'rxjs';

/** Resolves after so many milliseconds; rejects at once with the signal's reason when it fires. */
export async function pause(ms: number, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  if (ms <= 0) return;
  const aborted = fromEvent(signal, 'abort').pipe(map(() => signal.throwIfAborted()));
  await firstValueFrom(merge(timer(ms), aborted));
}
