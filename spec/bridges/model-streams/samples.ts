/** A response of OpenAI with a thought, a search at the service, a text and a call, as its API streams it. */
export const OPENAI = [
  {
    type: 'response.created',
    sequence_number: 0,
    response: { id: 'resp_1', model: 'gpt-x', status: 'in_progress' },
  },
  { type: 'response.in_progress', sequence_number: 1, response: { id: 'resp_1' } },
  { type: 'response.output_item.added', output_index: 0, item: { type: 'reasoning', id: 'rs_1' } },
  { type: 'response.reasoning_summary_text.delta', item_id: 'rs_1', summary_index: 0, delta: 'Let me ' },
  { type: 'response.reasoning_summary_text.delta', item_id: 'rs_1', summary_index: 0, delta: 'see.' },
  { type: 'response.output_item.done', output_index: 0, item: { type: 'reasoning', id: 'rs_1' } },
  {
    type: 'response.output_item.added',
    output_index: 1,
    item: { type: 'web_search_call', id: 'ws_1', status: 'in_progress' },
  },
  { type: 'response.web_search_call.searching', output_index: 1, item_id: 'ws_1' },
  {
    type: 'response.output_item.done',
    output_index: 1,
    item: {
      type: 'web_search_call',
      id: 'ws_1',
      status: 'completed',
      action: { type: 'search', query: 'tea' },
    },
  },
  { type: 'response.output_item.added', output_index: 2, item: { type: 'message', id: 'msg_1' } },
  {
    type: 'response.content_part.added',
    item_id: 'msg_1',
    content_index: 0,
    part: { type: 'output_text', text: '' },
  },
  { type: 'response.output_text.delta', item_id: 'msg_1', content_index: 0, delta: 'Tea ☕ ' },
  { type: 'response.output_text.delta', item_id: 'msg_1', content_index: 0, delta: 'is hot.' },
  { type: 'response.output_text.done', item_id: 'msg_1', content_index: 0, text: 'Tea ☕ is hot.' },
  {
    ...{ type: 'response.output_item.added', output_index: 3 },
    item: { type: 'function_call', id: 'fc_1', call_id: 'call_1', name: 'add', arguments: '' },
  },
  { type: 'response.function_call_arguments.delta', item_id: 'fc_1', output_index: 3, delta: '{"a":1,' },
  { type: 'response.function_call_arguments.delta', item_id: 'fc_1', output_index: 3, delta: '"b":2}' },
  {
    type: 'response.function_call_arguments.done',
    item_id: 'fc_1',
    output_index: 3,
    arguments: '{"a":1,"b":2}',
  },
  {
    ...{ type: 'response.output_item.done', output_index: 3 },
    item: { type: 'function_call', id: 'fc_1', call_id: 'call_1', name: 'add', arguments: '{"a":1,"b":2}' },
  },
  {
    type: 'response.completed',
    response: { id: 'resp_1', status: 'completed', usage: { input_tokens: 7, output_tokens: 9 } },
  },
] as const;

/** A message of Anthropic with a thought, a search at the service, a text and a call. */
export const ANTHROPIC = [
  {
    type: 'message_start',
    message: { id: 'msg_1', model: 'claude-x', usage: { input_tokens: 7, output_tokens: 1 } },
  },
  { type: 'content_block_start', index: 0, content_block: { type: 'thinking', thinking: '' } },
  { type: 'ping' },
  { type: 'content_block_delta', index: 0, delta: { type: 'thinking_delta', thinking: 'Let me ' } },
  { type: 'content_block_delta', index: 0, delta: { type: 'thinking_delta', thinking: 'see.' } },
  { type: 'content_block_delta', index: 0, delta: { type: 'signature_delta', signature: 'abc' } },
  { type: 'content_block_stop', index: 0 },
  {
    type: 'content_block_start',
    index: 1,
    content_block: { type: 'server_tool_use', id: 'srv_1', name: 'web_search', input: {} },
  },
  {
    type: 'content_block_delta',
    index: 1,
    delta: { type: 'input_json_delta', partial_json: '{"query":"tea"}' },
  },
  { type: 'content_block_stop', index: 1 },
  {
    ...{ type: 'content_block_start', index: 2 },
    content_block: {
      type: 'web_search_tool_result',
      tool_use_id: 'srv_1',
      content: [{ type: 'web_search_result', url: 'https://example.org' }],
    },
  },
  { type: 'content_block_stop', index: 2 },
  { type: 'content_block_start', index: 3, content_block: { type: 'text', text: '' } },
  { type: 'content_block_delta', index: 3, delta: { type: 'text_delta', text: 'Tea ☕ ' } },
  { type: 'content_block_delta', index: 3, delta: { type: 'text_delta', text: 'is hot.' } },
  {
    type: 'content_block_delta',
    index: 3,
    delta: { type: 'citations_delta', citation: { url: 'https://example.org' } },
  },
  { type: 'content_block_stop', index: 3 },
  {
    type: 'content_block_start',
    index: 4,
    content_block: { type: 'tool_use', id: 'call_1', name: 'add', input: {} },
  },
  { type: 'content_block_delta', index: 4, delta: { type: 'input_json_delta', partial_json: '{"a":1,' } },
  { type: 'content_block_delta', index: 4, delta: { type: 'input_json_delta', partial_json: '"b":2}' } },
  { type: 'content_block_stop', index: 4 },
  { type: 'message_delta', delta: { stop_reason: 'tool_use' }, usage: { output_tokens: 9 } },
  { type: 'message_stop' },
] as const;

/** As a service writes them. */
export function sseOf(events: readonly { readonly type: string }[]): string {
  return events.map(event => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`).join('');
}
