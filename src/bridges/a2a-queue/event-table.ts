import type { RunStatus } from '../../event/run-event.ts';
import type { Field } from '../field-map.ts';

/** Where a task of the queue is in its life. */
export type TaskState = 'pending' | 'working' | 'input-required' | 'completed' | 'failed' | 'cancelled';

/** Members that every event of the queue has; no field may have their names. */
export const ENVELOPE = [
  'event_id',
  'task_id',
  'tenant_id',
  'timestamp',
  'event_type',
  'next_offset',
] as const;

/** The states of tasks and ours, one to one. */
export const STATES: Readonly<Record<RunStatus, TaskState>> = {
  accepted: 'pending',
  running: 'working',
  waiting: 'input-required',
  completed: 'completed',
  failed: 'failed',
  cancelled: 'cancelled',
};

/** The type under which a producer's own `StatusEvent` is kept: `status` itself is the engine's. */
export const STATUS_TYPE = 'custom:status';

/** An event type of the queue and ours, and how their fields are named. */
export interface EventRow {
  readonly theirs: string;
  readonly ours: string;
  readonly fields: readonly Field[];
}

/** Events that both systems have. */
export const EVENTS: readonly EventRow[] = [
  {
    theirs: 'status',
    ours: STATUS_TYPE,
    fields: [
      { theirs: 'state', ours: 'state' },
      { theirs: 'phase', ours: 'phase', absent: null },
      { theirs: 'message', ours: 'message', absent: null },
    ],
  },
  {
    theirs: 'progress',
    ours: 'progress',
    fields: [
      { theirs: 'current', ours: 'current', absent: 0 },
      { theirs: 'total', ours: 'total', absent: 0 },
      {
        theirs: 'percentage',
        ours: 'fraction',
        absent: 0,
        required: true,
        to: value => Math.round(Number(value) * 1e8) / 1e6,
        from: value => Number(value) / 100,
      },
      { theirs: 'step', ours: 'step', absent: null },
      { theirs: 'details', ours: 'details', absent: null },
    ],
  },
  {
    theirs: 'artifact',
    ours: 'artifact',
    fields: [
      { theirs: 'artifact_type', ours: 'artifactType' },
      { theirs: 'artifact_id', ours: 'artifactId' },
      { theirs: 'data', ours: 'data' },
      { theirs: 'is_partial', ours: 'partial', absent: false },
    ],
  },
  {
    theirs: 'error',
    ours: 'error',
    fields: [
      { theirs: 'error_type', ours: 'errorType', absent: 'Error' },
      { theirs: 'error_message', ours: 'message', absent: '', required: true },
      // The engine's own word for an agent that threw without a code.
      {
        theirs: 'error_code',
        ours: 'code',
        absent: null,
        required: true,
        to: value => (value === 'AGENT_ERROR' ? null : value),
      },
      { theirs: 'context', ours: 'details', absent: null },
      { theirs: 'recoverable', ours: 'recoverable', absent: true, required: true },
    ],
  },
  {
    theirs: 'complete',
    ours: 'complete',
    fields: [
      { theirs: 'result', ours: 'output', absent: null },
      { theirs: 'summary', ours: 'summary', absent: null },
      {
        theirs: 'execution_time_seconds',
        ours: 'durationMs',
        absent: null,
        to: value => Number(value) / 1_000,
        from: value => Math.round(Number(value) * 1e6) / 1_000,
      },
    ],
  },
];

/** Our other events that a watcher of tasks has a word for: each is a `status`, in this state. */
export const TOLD_AS_STATUS: Readonly<
  Record<string, { readonly state: TaskState; readonly phase?: string; readonly message?: string }>
> = {
  started: { state: 'working' },
  'node.started': { state: 'working', phase: 'name' },
  checkpoint: { state: 'working', phase: 'name' },
  ask: { state: 'input-required', message: 'question' },
  answer: { state: 'working' },
  cancelled: { state: 'cancelled', message: 'reason' },
};
