import type { PartRow } from '../part-row.ts';

/**
 * What becomes of the streaming events of the Responses API of OpenAI, as `openai` (npm) declares them in
 * `resources/responses/responses.d.ts`. What is not here becomes `custom:openai.<type>`.
 */
export const OPENAI_EVENTS: readonly PartRow[] = [
  {
    theirs: 'response.created',
    ours: ['llm.prompt'],
    says: 'the conversation is not in it: `messages` is empty',
  },
  { theirs: 'response.queued', ours: [], says: 'nothing is said yet' },
  { theirs: 'response.in_progress', ours: [], says: 'nothing is said yet' },
  { theirs: 'response.output_item.added', ours: [], says: 'names the item of what follows' },
  {
    theirs: 'response.output_item.added (hosted tool)',
    ours: ['tool.called'],
    says: 'a tool that runs at the service: `web_search_call` is the tool `web_search`',
  },
  { theirs: 'response.content_part.added', ours: [], says: 'names the part of what follows' },
  {
    theirs: 'response.output_text.delta',
    ours: ['token'],
    says: '`messageId` is the item, and its part behind the first',
  },
  {
    theirs: 'response.output_text.annotation.added',
    ours: ['custom:source'],
    says: 'the annotation as it is',
  },
  { theirs: 'response.output_text.done', ours: [], says: 'its text came in pieces' },
  { theirs: 'response.refusal.delta', ours: ['token'], says: 'with the role `refusal`' },
  { theirs: 'response.refusal.done', ours: [], says: 'its text came in pieces' },
  { theirs: 'response.reasoning_text.delta', ours: ['token'], says: 'with the role `thinking`' },
  { theirs: 'response.reasoning_text.done', ours: [], says: 'its text came in pieces' },
  { theirs: 'response.reasoning_summary_part.added', ours: [], says: 'names the part of what follows' },
  { theirs: 'response.reasoning_summary_text.delta', ours: ['token'], says: 'with the role `thinking`' },
  { theirs: 'response.reasoning_summary_text.done', ours: [], says: 'its text came in pieces' },
  { theirs: 'response.reasoning_summary_part.done', ours: [], says: 'its text came in pieces' },
  {
    theirs: 'response.function_call_arguments.delta',
    ours: ['custom:tool-input'],
    says: '`delta` with `partial: true`',
  },
  {
    theirs: 'response.function_call_arguments.done',
    ours: ['custom:tool-input'],
    says: 'an empty `delta` with `last: true`',
  },
  { theirs: 'response.custom_tool_call_input.delta', ours: ['custom:tool-input'], says: 'the same' },
  { theirs: 'response.custom_tool_call_input.done', ours: ['custom:tool-input'], says: 'the same' },
  { theirs: 'response.content_part.done', ours: [], says: 'its text came in pieces' },
  {
    theirs: 'response.output_item.done',
    ours: [],
    says: 'a call of a tool is in the reader and in `llm.response`',
  },
  {
    theirs: 'response.output_item.done (hosted tool)',
    ours: ['tool.completed'],
    says: 'the item is the result; `tool.failed` where its status is `failed`',
  },
  { theirs: 'response.completed', ours: ['token', 'llm.response'], says: 'an empty token ends each text' },
  {
    theirs: 'response.incomplete',
    ours: ['token', 'llm.response'],
    says: 'the finish reason is that of `incomplete_details`',
  },
  { theirs: 'response.failed', ours: ['llm.failed'], says: 'the reader has the failure' },
  { theirs: 'error', ours: ['llm.failed'], says: 'the reader has the failure' },
];
