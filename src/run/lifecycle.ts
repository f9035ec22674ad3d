import type { RunStatus } from '../event/run-event.ts';

/** What moves a run from one status to another. */
export type LifeSignal = 'begin' | 'wait' | 'resume' | 'complete' | 'fail' | 'cancel';

/** The whole life of a run: what is not in the table cannot happen. */
const LIFE: Readonly<Record<RunStatus, Partial<Record<LifeSignal, RunStatus>>>> = {
  accepted: { begin: 'running', fail: 'failed', cancel: 'cancelled' },
  running: { wait: 'waiting', complete: 'completed', fail: 'failed', cancel: 'cancelled' },
  waiting: { resume: 'running', complete: 'completed', fail: 'failed', cancel: 'cancelled' },
  completed: {},
  failed: {},
  cancelled: {},
};

/** The status after `signal`, or `undefined` if the run cannot hear it where it is. */
export function nextStatus(status: RunStatus, signal: LifeSignal): RunStatus | undefined {
  return LIFE[status][signal];
}

/** Whether nothing can follow this status. */
export function isEnded(status: RunStatus): boolean {
  return status === 'completed' || status === 'failed' || status === 'cancelled';
}

/** The type of the final event that brings a run into an ended status. */
export type EndType = 'complete' | 'error' | 'cancelled';

/** The signal that a final event of this type is. */
export const END_SIGNAL: Readonly<Record<EndType, LifeSignal>> = {
  complete: 'complete',
  error: 'fail',
  cancelled: 'cancel',
};
