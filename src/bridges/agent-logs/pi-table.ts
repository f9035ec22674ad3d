import type { PartRow } from '../part-row.ts';

/**
 * What becomes of the records of pi's sessions, and in brackets of the blocks of their content; then of the lines of
 * `pi --mode json`, and in brackets of the pieces and roles of their messages. What is not here becomes `custom:pi.<type>`.
 */
export const PI_RECORDS: readonly PartRow[] = [
  {
    theirs: 'message user',
    ours: ['token'],
    says: 'with the role `user`; whole as `custom:pi.message` where it holds more than text',
  },
  { theirs: 'message assistant (text)', ours: ['token'], says: '`messageId` counts the messages' },
  { theirs: 'message assistant (thinking)', ours: ['token'], says: 'with the role `thinking`' },
  { theirs: 'message assistant (toolCall)', ours: ['tool.called'], says: 'the call under its own id' },
  {
    theirs: 'message assistant',
    ours: ['llm.response', 'llm.failed'],
    says: 'behind its blocks; failed where the stop reason is `error` or `aborted`',
  },
  {
    theirs: 'message toolResult',
    ours: ['tool.completed', 'tool.failed'],
    says: 'failed where `isError` is true',
  },
  {
    theirs: 'message_start',
    ours: [],
    says: 'says nothing: pieces or the end of the message follow',
  },
  { theirs: 'message_update (text_delta)', ours: ['token'], says: 'the piece alone, of the text and block' },
  { theirs: 'message_update (thinking_delta)', ours: ['token'], says: 'with the role `thinking`' },
  { theirs: 'message_update (other pieces)', ours: [], says: 'says nothing: the end of the message has it' },
  {
    theirs: 'message_end',
    ours: ['token', 'tool.called', 'llm.response', 'llm.failed'],
    says: 'as `message`, less what its pieces have told; whole as `custom:pi.message_end` for other roles',
  },
  { theirs: 'tool_execution_start', ours: ['tool.called'], says: 'unless the message has told it' },
  {
    theirs: 'tool_execution_update',
    ours: ['custom:tool-output'],
    says: 'what is new in the output, with `partial: true`',
  },
  {
    theirs: 'tool_execution_end',
    ours: ['tool.completed', 'tool.failed'],
    says: 'failed where `isError` is true; the message of the result says nothing more',
  },
  { theirs: 'turn_end', ours: [], says: 'says nothing: its messages were told' },
  { theirs: 'agent_end', ours: [], says: 'the agent is done, unless its last answer failed' },
];
