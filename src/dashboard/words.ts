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
  return [at.getHours(), at.getMinutes(), at.getSeconds()].map(part => twoDigits(part)).join(':');
}

/** The time of day here, behind the date where that is another one than now: `2030-01-31 14:03:22`. */
export function timeAndDay(time: string, now: number): string {
  const [day, today] = [new Date(time), new Date(now)].map(
    at => `${at.getFullYear()}-${twoDigits(at.getMonth() + 1)}-${twoDigits(at.getDate())}`,
  );
  return day === today ? timeOfDay(time) : `${day} ${timeOfDay(time)}`;
}

/** The time of day here, to the millisecond: `14:03:22.045`. */
export function clockTime(time: string): string {
  return `${timeOfDay(time)}.${String(new Date(time).getMilliseconds()).padStart(3, '0')}`;
}

/** `340 ms`, `4.2 s`, `3 min 5 s`, `2 h 40 min`. */
export function lengthOf(ms: number): string {
  if (ms < 1_000) return `${Math.max(0, Math.round(ms))} ms`;
  if (ms < 60_000) return `${(ms / 1_000).toFixed(1)} s`;
  if (ms < 3_600_000) return `${Math.floor(ms / 60_000)} min ${Math.floor((ms % 60_000) / 1_000)} s`;
  return `${Math.floor(ms / 3_600_000)} h ${Math.floor((ms % 3_600_000) / 60_000)} min`;
}

/** A number with its thousands apart. */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${count.toLocaleString('en')} ${count === 1 ? one : many}`;
}

/** Any JSON in a few words: texts as they are, the members of an object without their names. */
export function brief(value: unknown): string {
  if (typeof value === 'string') return value.slice(0, 200);
  if (value === undefined) return '';
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  return Object.values(value)
    .slice(0, 8)
    .map(member => (typeof member === 'string' ? member : JSON.stringify(member)).slice(0, 100))
    .join(' · ');
}

function twoDigits(value: number): string {
  return String(value).padStart(2, '0');
}
