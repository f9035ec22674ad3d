import { systemClock } from './clock.ts';

/** Milliseconds after which a page that draws nothing, since nobody sees it, is not waited for. */
const LONGEST_FRAME = 100;
const FRAME = 16;

/**
 * Calls `run` once, before the page is drawn next; where pages are not drawn, a little later. Never inside of this
 * call. Returns what stops it.
 */
export function nextFrame(run: () => void): () => void {
  const { requestAnimationFrame, cancelAnimationFrame } = globalThis;
  const isDrawn = typeof requestAnimationFrame === 'function';
  const stop = (): void => {
    stopAlarm();
    if (frame !== undefined) cancelAnimationFrame(frame);
  };
  const once = (): void => {
    stop();
    run();
  };
  const stopAlarm = systemClock.alarm(isDrawn ? LONGEST_FRAME : FRAME, once, false);
  const frame = isDrawn ? requestAnimationFrame(once) : undefined;
  return stop;
}
