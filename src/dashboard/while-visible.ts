import type { Feed, FeedObserver } from '../client/index.ts';
import { session } from './session.ts';

/**
 * Reads a feed while somebody may be looking, since a browser has six connections per server, and while the server lets
 * the page read; a feed that is read again goes on where it was. Returns what ends it.
 */
export function whileVisible<T>(feed: Feed<T>, observer: FeedObserver<T>): () => void {
  let reading: { unsubscribe(): void } | undefined;
  const turn = (): void => {
    const isVisible = document.visibilityState === 'visible' && session.state === 'in';
    if (isVisible === (reading !== undefined)) return;
    if (isVisible) {
      reading = feed.subscribe(told);
    } else {
      reading?.unsubscribe();
      reading = undefined;
    }
  };
  const stop = (): void => {
    document.removeEventListener('visibilitychange', turn);
    stopListening();
    reading?.unsubscribe();
  };
  const told: FeedObserver<T> = {
    next: observer.next,
    error: error => {
      stop();
      observer.error?.(error);
    },
    complete: () => {
      stop();
      observer.complete?.();
    },
  };
  document.addEventListener('visibilitychange', turn);
  const stopListening = session.onChange(turn);
  turn();
  return stop;
}
