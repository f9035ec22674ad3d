import type { PartRow } from '../part-row.ts';

/** What becomes of the records of pi, and in brackets of the blocks of their content. What is not here becomes `custom:pi.<type>`. */
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
];
