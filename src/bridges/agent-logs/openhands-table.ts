import type { PartRow } from '../part-row.ts';

/** What becomes of events of OpenHands: those of its SDK by `kind`, earlier ones by `action` and `observation`. What is not here becomes `custom:openhands.<type>`. */
export const OPENHANDS_RECORDS: readonly PartRow[] = [
  { theirs: 'MessageEvent', ours: ['token'], says: 'with the role `user` where it is theirs' },
  { theirs: 'ActionEvent', ours: ['token', 'tool.called'], says: 'the reasoning, the thought, and the call' },
  {
    theirs: 'ObservationEvent',
    ours: ['tool.completed', 'tool.failed'],
    says: 'failed where `is_error` is true',
  },
  { theirs: 'AgentErrorEvent', ours: ['tool.failed'], says: 'the call that it answers' },
  {
    theirs: 'ConversationErrorEvent',
    ours: ['custom:openhands.ConversationErrorEvent', 'error'],
    says: 'the run fails unless it goes on',
  },
  {
    theirs: 'ConversationStateUpdateEvent',
    ours: ['custom:openhands.ConversationStateUpdateEvent'],
    says: '`execution_status` says how the run ends',
  },
  { theirs: 'action message', ours: ['token'], says: 'with the role `user` where it is theirs' },
  { theirs: 'action (of a tool call)', ours: ['token', 'tool.called'], says: 'the thought, and the call' },
  { theirs: 'action', ours: ['action'], says: 'whatever no model called' },
  {
    theirs: 'observation (of a tool call)',
    ours: ['tool.completed', 'tool.failed'],
    says: 'failed for the observation `error`',
  },
  {
    theirs: 'observation',
    ours: ['observation'],
    says: 'of the others; `agent_state_changed` says how the run ends',
  },
  {
    theirs: 'history',
    ours: ['custom:openhands.evaluation', 'error'],
    says: 'the line of an evaluation: its events one by one, then the rest of it',
  },
];
