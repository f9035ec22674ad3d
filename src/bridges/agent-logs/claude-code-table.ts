import type { PartRow } from '../part-row.ts';

/** What becomes of the records of Claude Code, and in brackets of the blocks of their content. What is not here becomes `custom:claude-code.<type>`. */
export const CLAUDE_CODE_RECORDS: readonly PartRow[] = [
  {
    theirs: 'user (text)',
    ours: ['token'],
    says: 'with the role `user`; one that says that the user interrupted ends the run as cancelled unless it goes on',
  },
  {
    theirs: 'user (tool_result)',
    ours: ['tool.completed', 'tool.failed'],
    says: 'failed where `is_error` is true, and so where a permission was denied',
  },
  {
    theirs: 'assistant (text)',
    ours: ['token'],
    says: '`messageId` is that of the answer; less what `stream_event` has told',
  },
  {
    theirs: 'assistant (thinking)',
    ours: ['token'],
    says: 'with the role `thinking`; less what `stream_event` has told',
  },
  {
    theirs: 'assistant (tool_use)',
    ours: ['tool.called'],
    says: 'the call under its own id; also `server_tool_use` and `mcp_tool_use`',
  },
  {
    theirs: 'assistant (…_tool_result)',
    ours: ['tool.completed', 'tool.failed'],
    says: 'of tools that the provider runs; failed where there is an `error_code`',
  },
  {
    theirs: 'assistant (error)',
    ours: ['error'],
    says: 'where the record has an `error`, or is an API error; the run fails unless it goes on',
  },
  {
    theirs: 'the end of an answer',
    ours: ['llm.response'],
    says: 'told before the record behind it, since each block repeats the usage so far',
  },
  { theirs: 'stream_event (text_delta)', ours: ['token'], says: 'a piece of the answer' },
  { theirs: 'stream_event (thinking_delta)', ours: ['token'], says: 'with the role `thinking`' },
  {
    theirs: 'stream_event (other pieces)',
    ours: [],
    says: 'says nothing: `assistant` has it; `message_delta` has the true usage of the response',
  },
  {
    theirs: 'system (permission_denied)',
    ours: ['custom:claude-code.system.permission_denied'],
    says: 'whole, as every `system`, named by its subtype: `init`, `compact_boundary`, `status`, `api_retry`, …',
  },
  {
    theirs: 'result',
    ours: ['custom:claude-code.result'],
    says: 'says how the run ends, with cost, turns and denied permissions: failed for every subtype but `success`, cancelled where `terminal_reason` is that it was aborted',
  },
];
