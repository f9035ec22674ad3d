import type { PartRow } from '../part-row.ts';

/** What becomes of what Codex writes: protocol events (`msg.type`), records of rollouts, and lines of `codex exec --json`. What is not here becomes `custom:codex.<type>`. */
export const CODEX_RECORDS: readonly PartRow[] = [
  { theirs: 'user_message', ours: ['token'], says: 'with the role `user`' },
  { theirs: 'agent_message_delta', ours: ['token'], says: '`messageId` counts the messages' },
  {
    theirs: 'agent_message',
    ours: ['token'],
    says: 'ends the text; the whole of it where no piece came before',
  },
  { theirs: 'agent_reasoning_delta', ours: ['token'], says: 'with the role `thinking`' },
  { theirs: 'agent_reasoning', ours: ['token'], says: 'nothing where its pieces came before' },
  { theirs: 'agent_reasoning_section_break', ours: ['token'], says: 'an empty line in the thought' },
  { theirs: 'exec_command_begin', ours: ['tool.called'], says: 'the tool `shell`' },
  {
    theirs: 'exec_command_output_delta',
    ours: ['custom:tool-output'],
    says: 'its bytes as text, with `partial: true`',
  },
  {
    theirs: 'exec_command_end',
    ours: ['tool.completed'],
    says: 'whatever the exit code, which is in the result',
  },
  { theirs: 'patch_apply_begin', ours: ['tool.called'], says: 'the tool `apply_patch`' },
  {
    theirs: 'patch_apply_end',
    ours: ['tool.completed', 'tool.failed'],
    says: 'failed where `success` is false',
  },
  { theirs: 'mcp_tool_call_begin', ours: ['tool.called'], says: 'the tool of the invocation' },
  {
    theirs: 'mcp_tool_call_end',
    ours: ['tool.completed', 'tool.failed'],
    says: 'failed where the result is an `Err`',
  },
  { theirs: 'web_search_begin', ours: ['tool.called'], says: 'the tool `web_search`' },
  {
    theirs: 'web_search_end',
    ours: ['tool.called', 'tool.completed'],
    says: 'called here where nothing began it',
  },
  {
    theirs: 'token_count',
    ours: ['llm.response'],
    says: 'the usage of the last call, the record as the response',
  },
  { theirs: 'stream_error', ours: ['error'], says: 'with `recoverable: true`' },
  { theirs: 'error', ours: ['error'], says: 'with `recoverable: true`; the run fails unless it goes on' },
  {
    theirs: 'response_item (function_call)',
    ours: ['tool.called'],
    says: 'also `custom_tool_call` and `local_shell_call`',
  },
  {
    theirs: 'response_item (function_call_output)',
    ours: ['tool.completed', 'tool.failed'],
    says: 'also `custom_tool_call_output`',
  },
  {
    theirs: 'item_completed (UserMessage)',
    ours: ['token'],
    says: 'with the role `user`; a text, as the next two, unless the rollout has its texts as messages',
  },
  { theirs: 'item_completed (AgentMessage)', ours: ['token'], says: '`messageId` is the item' },
  { theirs: 'item_completed (Reasoning)', ours: ['token'], says: 'with the role `thinking`' },
  {
    theirs: 'item_completed (WebSearch)',
    ours: ['tool.called', 'tool.completed'],
    says: 'other tools are whole, since their calls are `response_item`',
  },
  {
    theirs: 'item.started',
    ours: ['tool.called'],
    says: 'commands, changes of files, searches, MCP, other agents',
  },
  {
    theirs: 'item.started (todo_list)',
    ours: ['progress'],
    says: 'as in `item.updated` and `item.completed`: how many are done, the list as `details`',
  },
  { theirs: 'item.completed (agent_message)', ours: ['token'], says: '`messageId` is the item' },
  { theirs: 'item.completed (reasoning)', ours: ['token'], says: 'with the role `thinking`' },
  {
    theirs: 'item.completed (command_execution)',
    ours: ['tool.completed', 'tool.failed'],
    says: 'the item is the result, whatever the exit code; failed where it was `declined`',
  },
  {
    theirs: 'item.completed (other tools)',
    ours: ['tool.called', 'tool.completed', 'tool.failed'],
    says: 'failed by their status; called here where nothing began them',
  },
  { theirs: 'item.completed (error)', ours: ['error'], says: 'a warning; the turn goes on' },
  { theirs: 'turn.completed', ours: ['llm.response'], says: 'the usage of the turn' },
  { theirs: 'turn.failed', ours: ['error'], says: 'the run fails unless it goes on' },
];
