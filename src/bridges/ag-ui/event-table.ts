import type { AgUiType } from './ag-ui-event.ts';

/** What becomes of one of our types. */
export interface EventRow {
  /** A type, or what it is told apart by: `error` that ends the run and one that does not. */
  readonly ours: string;
  /** In this order, once each at the most. What is open is closed before, where `closes` says so. */
  readonly theirs: readonly AgUiType[];
  /** `all`: whatever is open · `text`: texts of the same node. */
  readonly closes?: 'all' | 'text';
  /** One sentence for whoever reads the guide. */
  readonly says: string;
}

const TEXT = ['TEXT_MESSAGE_START', 'TEXT_MESSAGE_CONTENT', 'TEXT_MESSAGE_END'] as const;
const REASONING = [
  ...(['REASONING_START', 'REASONING_MESSAGE_START', 'REASONING_MESSAGE_CONTENT'] as const),
  ...(['REASONING_MESSAGE_END', 'REASONING_END'] as const),
];
const STEP = ['STEP_STARTED', 'STEP_FINISHED'] as const;

/** Our vocabulary in AG-UI's. A type that is not here is `CUSTOM` under its own name. */
export const EVENTS: readonly EventRow[] = [
  { ours: 'started', theirs: ['RUN_STARTED'], says: 'before anything else, if need be without it' },
  {
    ...{ ours: 'token', theirs: TEXT },
    says: 'one message per `messageId`, else per node until something else happens there; `finishReason` ends it',
  },
  { ours: 'token (reasoning)', theirs: REASONING, says: 'a token whose `role` is reasoning or thinking' },
  {
    ...{ ours: 'action (think)', theirs: REASONING, closes: 'text' },
    says: 'an action of the kind think, thinking, reason or reasoning that has content',
  },
  {
    ours: 'node.started',
    theirs: ['STEP_STARTED'],
    closes: 'text',
    says: 'the step is the path of the node',
  },
  { ours: 'node.completed', theirs: ['STEP_FINISHED'], closes: 'text', says: 'its result is in `rawEvent`' },
  { ours: 'node.failed', theirs: ['STEP_FINISHED'], closes: 'text', says: 'its error is in `rawEvent`' },
  { ours: 'node.skipped', theirs: STEP, closes: 'text', says: 'its value is in `rawEvent`' },
  { ours: 'step', theirs: STEP, closes: 'text', says: 'it was done, so that both come at once' },
  {
    ...{
      ours: 'tool.called',
      theirs: ['TOOL_CALL_START', 'TOOL_CALL_ARGS', 'TOOL_CALL_END'],
      closes: 'text',
    },
    says: 'a further attempt of the same call is `CUSTOM`',
  },
  {
    ...{ ours: 'custom:tool-input', theirs: ['TOOL_CALL_START', 'TOOL_CALL_ARGS'] },
    says: 'arguments piece by piece (`callId`, `tool`, `delta`), which `tool.called` ends',
  },
  {
    ours: 'tool.completed',
    theirs: ['TOOL_CALL_RESULT'],
    closes: 'text',
    says: 'a text as it is, else JSON',
  },
  {
    ...{ ours: 'tool.failed', theirs: ['TOOL_CALL_RESULT'], closes: 'text' },
    says: 'with `metadata.sluice.failed`; one that is tried again is `CUSTOM`',
  },
  {
    ...{ ours: 'progress', theirs: ['ACTIVITY_SNAPSHOT'] },
    says: 'one activity per step, else per node, which each takes the place of the one before',
  },
  { ours: 'checkpoint', theirs: ['STATE_SNAPSHOT'], says: '`data` is the state' },
  { ours: 'custom:state', theirs: ['STATE_SNAPSHOT'], says: '`snapshot` is the state' },
  { ours: 'custom:state (delta)', theirs: ['STATE_DELTA'], says: '`delta` is a JSON Patch (RFC 6902)' },
  {
    ...{ ours: 'ask', theirs: ['RUN_FINISHED'], closes: 'all' },
    says: 'outcome `interrupt`; what comes next begins with `RUN_STARTED` and opens the steps again',
  },
  { ours: 'answer', theirs: ['CUSTOM'], says: '`resume` of the next input is our answer' },
  {
    ours: 'complete',
    theirs: ['RUN_FINISHED'],
    closes: 'all',
    says: 'outcome `success`, output as `result`',
  },
  { ours: 'cancelled', theirs: ['RUN_FINISHED'], closes: 'all', says: 'outcome `cancelled`' },
  { ours: 'error', theirs: ['RUN_ERROR'], closes: 'all', says: 'with message and code' },
  { ours: 'error (recoverable)', theirs: ['CUSTOM'], says: 'the run goes on' },
  { ours: 'custom:<name>', theirs: ['CUSTOM'], says: 'under `<name>`, unless that is a type of ours' },
];
