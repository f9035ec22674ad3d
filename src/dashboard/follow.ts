import { systemClock } from '../time/clock.ts';
import { withJitter } from '../time/new-id.ts';
import { readFrames, type Frame } from './read-frames.ts';
import { isVisible, untilVisible } from './visible.ts';

/** A stream that is kept open over dropped connections. */
export interface FollowOptions {
  readonly url: string;
  /** Waited for before each connection; `false` ends it. */
  readonly mayConnect: () => Promise<boolean>;
  readonly onFrames: (frames: readonly Frame[]) => void;
  /** A connection was made, or was lost and will be made again. */
  readonly onState: (state: 'live' | 'lost') => void;
  /** Asked when the server ends the stream: whether nothing more can come. */
  readonly isOver: () => boolean;
  /** The server says that there is nothing, and never will be. */
  readonly onGone: () => void;
}

/** The server beats every 15 s; three beats missed is a connection that only looks open. */
const SILENCE = 45_000;
const FIRST_DELAY = 400;
const LONGEST_DELAY = 8_000;

/**
 * Follows a stream of Server-Sent Events by `fetch`, which unlike EventSource tells why it failed. Goes on after the
 * last id it saw. Holds no connection while nobody looks, since a browser has six of them per server. Returns what
 * ends it.
 */
export function follow(options: FollowOptions): () => void {
  const stop = new AbortController();
  void keepOpen(options, stop.signal);
  return () => stop.abort();
}

async function keepOpen(options: FollowOptions, signal: AbortSignal): Promise<void> {
  const position: { cursor: string | undefined } = { cursor: undefined };
  for (let failures = 0; !signal.aborted; failures++) {
    if (failures > 0) await delay(Math.min(FIRST_DELAY * 1.6 ** (failures - 1), LONGEST_DELAY));
    await untilVisible();
    if (signal.aborted || !(await options.mayConnect())) return;
    const outcome = await connect(options, position, signal);
    if (signal.aborted || outcome === 'over') return;
    if (outcome === 'gone') return options.onGone();
    if (outcome === 'hidden' || outcome === 'dropped') failures = 0;
    if (outcome !== 'hidden') options.onState('lost');
  }
}

type Outcome = 'over' | 'gone' | 'dropped' | 'hidden' | 'failed';

async function connect(
  { url, onFrames, onState, isOver }: FollowOptions,
  position: { cursor: string | undefined },
  signal: AbortSignal,
): Promise<Outcome> {
  const connection = new AbortController();
  const hide = (): void => {
    if (!isVisible()) connection.abort();
  };
  document.addEventListener('visibilitychange', hide);
  let stopWatch = watchSilence(connection);
  let wasLive = false;
  try {
    const { cursor } = position;
    const response = await fetch(url, {
      headers: { accept: 'text/event-stream', ...(cursor !== undefined && { 'last-event-id': cursor }) },
      signal: AbortSignal.any([signal, connection.signal]),
      cache: 'no-store',
    });
    if (response.status === 204) return 'over';
    if (response.status === 404) return 'gone';
    if (!response.ok || !response.body) return 'failed';
    wasLive = true;
    onState('live');
    for await (const frames of readFrames(response.body)) {
      stopWatch();
      stopWatch = watchSilence(connection);
      if (signal.aborted) return 'dropped';
      position.cursor = frames.findLast(({ id }) => id !== undefined)?.id ?? position.cursor;
      onFrames(frames);
    }
    return isOver() ? 'over' : 'dropped';
  } catch {
    if (!isVisible()) return 'hidden';
    return wasLive ? 'dropped' : 'failed';
  } finally {
    stopWatch();
    document.removeEventListener('visibilitychange', hide);
  }
}

function watchSilence(connection: AbortController): () => void {
  return systemClock.alarm(SILENCE, () => connection.abort(), false);
}

function delay(ms: number): Promise<void> {
  return new Promise(resolve => systemClock.alarm(withJitter(ms, 0.3), resolve, false));
}
