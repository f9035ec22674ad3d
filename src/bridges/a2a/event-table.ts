import type { EventType, RunStatus } from '../../event/run-event.ts';
import type { A2aTaskState } from './wire.ts';

/**
 * Names what A2A has no words for: the key in `metadata` under which an event's cursor and the rest of it travel, and
 * the extension in the agent card that says so.
 */
export const EXTENSION = 'urn:sluice:a2a:run-events:1';

/** The statuses of runs and the states of tasks. A run that a policy refused is `failed` here, and rejected there. */
export const STATES: Readonly<Record<RunStatus, A2aTaskState>> = {
  accepted: 'TASK_STATE_SUBMITTED',
  running: 'TASK_STATE_WORKING',
  waiting: 'TASK_STATE_INPUT_REQUIRED',
  completed: 'TASK_STATE_COMPLETED',
  failed: 'TASK_STATE_FAILED',
  cancelled: 'TASK_STATE_CANCELED',
};

/** Codes of a final `error` that mean a policy said no: such a task was rejected, it did not fail. */
export const REJECTIONS: readonly string[] = ['VETOED'];

/** States after which nothing follows. */
export const TERMINAL: ReadonlySet<string> = new Set<A2aTaskState>([
  'TASK_STATE_COMPLETED',
  'TASK_STATE_FAILED',
  'TASK_STATE_CANCELED',
  'TASK_STATE_REJECTED',
]);

/** How one of our events is told. */
export interface EventRow {
  readonly ours: EventType;
  /** `artifactUpdate` carries content, `statusUpdate` tells how the task is. */
  readonly theirs: 'artifactUpdate' | 'statusUpdate';
  /** The state of the update where the event does not end the run. */
  readonly state: A2aTaskState;
  /** The field of `data` whose text is the message of the status, or the text of the artifact. */
  readonly text?: string;
}

const WORKING = { theirs: 'statusUpdate', state: 'TASK_STATE_WORKING' } as const;

/**
 * All events with words of their own there. What is not named here, custom types included, is a `statusUpdate` of the
 * state WORKING that carries the whole event in its metadata.
 */
export const EVENTS: readonly EventRow[] = [
  { ours: 'started', ...WORKING },
  { ours: 'status', ...WORKING, text: 'message' },
  { ours: 'token', theirs: 'artifactUpdate', state: 'TASK_STATE_WORKING', text: 'content' },
  { ours: 'artifact', theirs: 'artifactUpdate', state: 'TASK_STATE_WORKING' },
  { ours: 'progress', ...WORKING, text: 'message' },
  { ours: 'step', ...WORKING, text: 'name' },
  { ours: 'action', ...WORKING, text: 'content' },
  { ours: 'observation', ...WORKING, text: 'content' },
  { ours: 'ask', theirs: 'statusUpdate', state: 'TASK_STATE_INPUT_REQUIRED', text: 'question' },
  { ours: 'answer', ...WORKING },
  { ours: 'control.decided', ...WORKING, text: 'reason' },
  { ours: 'complete', ...WORKING, text: 'summary' },
  { ours: 'error', ...WORKING, text: 'message' },
  { ours: 'cancelled', ...WORKING, text: 'reason' },
];

/** The states that ends have there, one to one. */
export const ENDS: Readonly<Record<string, A2aTaskState>> = {
  complete: 'TASK_STATE_COMPLETED',
  error: 'TASK_STATE_FAILED',
  cancelled: 'TASK_STATE_CANCELED',
};

/** The artifact that tokens without a message id are. */
export const TEXT_ARTIFACT = 'text';
/** The artifact that what the agent returned is. */
export const OUTPUT_ARTIFACT = 'output';
