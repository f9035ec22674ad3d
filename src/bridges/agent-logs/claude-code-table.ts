import type { PartRow } from '../part-row.ts';

/** What becomes of the records of Claude Code, and in brackets of the blocks of their content. What is not here becomes `custom:claude-code.<type>`. */
export const CLAUDE_CODE_RECORDS: readonly PartRow[] = [
  { theirs: 'user (text)', ours: ['token'], says: 'with the role `user`' },
  {
    theirs: 'user (tool_result)',
    ours: ['tool.completed', 'tool.failed'],
    says: 'failed where `is_error` is true',
  },
  { theirs: 'assistant (text)', ours: ['token'], says: '`messageId` is that of the answer' },
  { theirs: 'assistant (thinking)', ours: ['token'], says: 'with the role `thinking`' },
  { theirs: 'assistant (tool_use)', ours: ['tool.called'], says: 'the call under its own id' },
  {
    theirs: 'the end of an answer',
    ours: ['llm.response'],
    says: 'told before the record behind it, since each block repeats the usage so far',
  },
  { theirs: 'result', ours: ['custom:claude-code.result'], says: 'says how the run ends' },
];
