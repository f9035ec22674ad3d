import { SluiceError } from '../errors/sluice-error.ts';

/** The run whose events are at this address: `…/runs/{id}/events`. */
export function runIdOf({ pathname }: URL): string {
  const name = pathname.split('/').at(-2) ?? '';
  try {
    return decodeURIComponent(name);
  } catch {
    // The server will say that there is no such run.
    return name;
  }
}

/**
 * A run id as one segment of a path. Throws `BAD_ID` for those that no path can hold: empty ones, and dots, which every
 * URL takes for a way up.
 */
export function segmentOf(runId: string): string {
  if (typeof runId === 'string' && !/^\.{0,2}$/.test(runId)) return encodeURIComponent(runId);
  const got = typeof runId === 'string' ? JSON.stringify(runId) : typeof runId;
  throw new SluiceError('BAD_ID', `run id: expected letters and digits, got ${got}. Pass the id of a run.`);
}
