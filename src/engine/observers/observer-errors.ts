import { SluiceError } from '../../errors/sluice-error.ts';
import type { ObserverSettings } from './observe-options.ts';

/** It did not answer in time. */
export function tooSlow(id: string, timeout: number): SluiceError {
  const message = `observer ${JSON.stringify(id)}: expected an answer within ${timeout} ms, got none. Make it faster, move its work to a worker, or raise timeout.`;
  return new SluiceError('OBSERVER_TIMEOUT', message);
}

/** More waits for it than may wait. */
export function overflowed({ id, capacity, overflow }: ObserverSettings): SluiceError {
  const { events, bytes } = capacity;
  const outcome = overflow === 'error' ? 'It is removed' : 'Events are dropped and counted';
  const message = `observer ${JSON.stringify(id)}: expected at most ${events} events and ${bytes} bytes to wait, got more. ${outcome}. Make it faster, raise capacity, or use a sink, which loses nothing.`;
  return new SluiceError('BUFFER_OVERFLOW', message, { details: { events, bytes, overflow } });
}
