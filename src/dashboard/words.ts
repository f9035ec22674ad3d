import type { RunStatus } from '../event/run-event.ts';

/** What the page calls the states of a run. */
export const STATUS_WORDS: Readonly<Record<RunStatus | 'gone', string>> = {
  accepted: 'starting',
  running: 'running',
  waiting: 'waits for you',
  completed: 'completed',
  failed: 'failed',
  cancelled: 'cancelled',
  gone: 'gone',
};

/** The end of an id, which tells ids of one minute apart. */
export function shortId(runId: string): string {
  return runId.length > 12 ? runId.slice(-8) : runId;
}

/** The time of day here: `14:03:22`. */
export function timeOfDay(time: string): string {
  const at = new Date(time);
  return [at.getHours(), at.getMinutes(), at.getSeconds()]
    .map(part => String(part).padStart(2, '0'))
    .join(':');
}

/** `340 ms`, `4.2 s`, `3 min 5 s`. */
export function lengthOf(ms: number): string {
  if (ms < 1_000) return `${Math.max(0, Math.round(ms))} ms`;
  if (ms < 60_000) return `${(ms / 1_000).toFixed(1)} s`;
  return `${Math.floor(ms / 60_000)} min ${Math.floor((ms % 60_000) / 1_000)} s`;
}
