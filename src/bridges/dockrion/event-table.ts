import type { EventType } from '../../event/run-event.ts';
import type { Field } from '../field-map.ts';

/** An event type of Dockrion, ours that says the same, and how its fields are named. */
export interface EventRow {
  readonly theirs: string;
  readonly ours: EventType;
  readonly fields: readonly Field[];
  /** Fields on our side that follow from the type of theirs. */
  readonly implied?: { readonly recoverable: boolean };
}

/** Members that every event of Dockrion has; no field may have their names. */
export const ENVELOPE = ['id', 'type', 'run_id', 'sequence', 'timestamp'] as const;

const FAILURE: readonly Field[] = [
  { theirs: 'error', ours: 'message', absent: '', required: true },
  { theirs: 'code', ours: 'code', absent: 'INTERNAL_ERROR', required: true },
  { theirs: 'details', ours: 'details', absent: null },
];

/**
 * All events that both systems know. Whatever Dockrion reads as the end of a run must be one, so that a warning has a
 * type of its own there.
 */
export const EVENTS: readonly EventRow[] = [
  {
    theirs: 'started',
    ours: 'started',
    fields: [
      { theirs: 'agent_name', ours: 'agent', absent: null },
      { theirs: 'framework', ours: 'framework', absent: null },
    ],
  },
  {
    theirs: 'progress',
    ours: 'progress',
    fields: [
      { theirs: 'step', ours: 'step', absent: '' },
      {
        theirs: 'progress',
        ours: 'fraction',
        absent: 0,
        required: true,
        from: value => Math.min(1, Math.max(0, Number(value))),
      },
      { theirs: 'message', ours: 'message', absent: null },
    ],
  },
  {
    theirs: 'checkpoint',
    ours: 'checkpoint',
    fields: [
      { theirs: 'name', ours: 'name' },
      { theirs: 'data', ours: 'data', absent: {}, required: true },
    ],
  },
  {
    theirs: 'token',
    ours: 'token',
    fields: [
      { theirs: 'content', ours: 'content' },
      { theirs: 'finish_reason', ours: 'finishReason', absent: null },
    ],
  },
  {
    theirs: 'step',
    ours: 'step',
    fields: [
      { theirs: 'node_name', ours: 'name' },
      { theirs: 'duration_ms', ours: 'durationMs', absent: null, to: value => Math.round(Number(value)) },
      { theirs: 'input_keys', ours: 'inputKeys', absent: [] },
      { theirs: 'output_keys', ours: 'outputKeys', absent: [] },
    ],
  },
  {
    theirs: 'complete',
    ours: 'complete',
    fields: [
      { theirs: 'output', ours: 'output', absent: {} },
      {
        theirs: 'latency_seconds',
        ours: 'durationMs',
        absent: null,
        to: value => Number(value) / 1_000,
        from: value => Math.round(Number(value) * 1e6) / 1_000,
      },
      { theirs: 'metadata', ours: 'metadata', absent: {} },
    ],
  },
  { theirs: 'error', ours: 'error', fields: FAILURE, implied: { recoverable: false } },
  { theirs: 'warning', ours: 'error', fields: FAILURE, implied: { recoverable: true } },
  { theirs: 'cancelled', ours: 'cancelled', fields: [{ theirs: 'reason', ours: 'reason', absent: null }] },
];
