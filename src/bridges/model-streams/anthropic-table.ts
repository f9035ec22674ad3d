import type { PartRow } from '../part-row.ts';

/**
 * What becomes of the events of a streamed message of Anthropic, as their reference describes them (Messages,
 * "Streaming messages"). What is not here becomes `custom:anthropic.<type>`.
 */
export const ANTHROPIC_EVENTS: readonly PartRow[] = [
  {
    theirs: 'message_start',
    ours: ['llm.prompt'],
    says: 'the conversation is not in it: `messages` is empty',
  },
  { theirs: 'content_block_start (text)', ours: [], says: 'names the text that follows' },
  { theirs: 'content_block_start (thinking)', ours: [], says: 'names the thought that follows' },
  { theirs: 'content_block_start (tool_use)', ours: [], says: 'names the tool of the arguments that follow' },
  { theirs: 'content_block_start (server_tool_use)', ours: [], says: 'told when its arguments are whole' },
  {
    theirs: 'content_block_start (…_tool_result)',
    ours: ['tool.completed'],
    says: 'what a tool that runs at the service gave; `tool.failed` where it is an error',
  },
  {
    theirs: 'content_block_delta (text_delta)',
    ours: ['token'],
    says: '`messageId` is the message, and its block behind the first',
  },
  { theirs: 'content_block_delta (thinking_delta)', ours: ['token'], says: 'with the role `thinking`' },
  { theirs: 'content_block_delta (signature_delta)', ours: [], says: 'only Anthropic can read it' },
  {
    theirs: 'content_block_delta (input_json_delta)',
    ours: ['custom:tool-input'],
    says: '`delta` with `partial: true`',
  },
  { theirs: 'content_block_delta (citations_delta)', ours: ['custom:source'], says: 'the citation as it is' },
  { theirs: 'content_block_stop', ours: [], says: 'the text is ended by `message_stop`, which knows why' },
  {
    theirs: 'content_block_stop (tool_use)',
    ours: ['custom:tool-input'],
    says: 'an empty `delta` with `last: true`',
  },
  {
    theirs: 'content_block_stop (server_tool_use)',
    ours: ['custom:tool-input', 'tool.called'],
    says: 'a tool that runs at the service',
  },
  { theirs: 'message_delta', ours: [], says: 'its stop reason and usage are in `llm.response`' },
  { theirs: 'message_stop', ours: ['token', 'llm.response'], says: 'an empty token ends each text' },
  { theirs: 'ping', ours: [], says: 'keeps the connection' },
  { theirs: 'error', ours: ['llm.failed'], says: 'the reader has the failure' },
];
