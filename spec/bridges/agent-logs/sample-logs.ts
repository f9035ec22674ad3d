import type { AgentLogFormat } from '../../../src/bridges/agent-logs/index.ts';

const CALL = { type: 'toolCall', id: 'c', name: 'bash', arguments: { command: 'ls' } };

/** A small log of each agent, written for the specs: a question, a tool, an answer, and its end. */
export const SAMPLES: Readonly<Record<AgentLogFormat, readonly object[]>> = {
  codex: [
    { type: 'thread.started', thread_id: 't' },
    { type: 'turn.started' },
    {
      type: 'item.started',
      item: { id: 'i0', type: 'command_execution', command: 'ls', status: 'in_progress' },
    },
    {
      type: 'item.completed',
      item: { id: 'i0', type: 'command_execution', command: 'ls', exit_code: 0, aggregated_output: 'a' },
    },
    { type: 'item.completed', item: { id: 'i1', type: 'agent_message', text: 'One file.' } },
    { type: 'turn.completed', usage: { input_tokens: 7, output_tokens: 3 } },
  ],
  'claude-code': [
    { type: 'system', subtype: 'init', session_id: 's' },
    {
      type: 'assistant',
      session_id: 's',
      message: {
        id: 'm',
        role: 'assistant',
        model: 'x',
        content: [{ type: 'tool_use', id: 'c', name: 'Bash', input: { command: 'ls' } }],
        usage: { input_tokens: 7, output_tokens: 3 },
      },
    },
    {
      type: 'user',
      session_id: 's',
      message: { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'c', content: 'a' }] },
    },
    {
      type: 'assistant',
      session_id: 's',
      message: { id: 'n', role: 'assistant', model: 'x', content: [{ type: 'text', text: 'One file.' }] },
    },
    { type: 'result', subtype: 'success', is_error: false, result: 'One file.', session_id: 's' },
  ],
  pi: [
    { type: 'session', id: 's', timestamp: '2026-01-02T03:04:05.000Z', cwd: '/' },
    message('user', { content: [{ type: 'text', text: 'How many?' }] }),
    message('assistant', {
      content: [{ type: 'toolCall', id: 'c', name: 'bash', arguments: { command: 'ls' } }],
      usage: { input: 7, output: 3 },
      stopReason: 'toolUse',
    }),
    message('toolResult', { toolCallId: 'c', content: [{ type: 'text', text: 'a' }], isError: false }),
    message('assistant', { content: [{ type: 'text', text: 'One file.' }], stopReason: 'stop' }),
  ],
  openhands: [
    event('MessageEvent', {
      source: 'user',
      llm_message: { role: 'user', content: [{ type: 'text', text: 'How many?' }] },
    }),
    event('ActionEvent', { tool_name: 'terminal', tool_call_id: 'c', action: { command: 'ls' } }),
    event('ObservationEvent', { tool_call_id: 'c', observation: { content: [], is_error: false } }),
    event('MessageEvent', { llm_message: { content: [{ type: 'text', text: 'One file.' }] } }),
    event('ConversationStateUpdateEvent', { key: 'execution_status', value: 'finished' }),
  ],
  opencode: [
    { type: 'server.connected', properties: {} },
    part({ id: 'p', type: 'tool', tool: 'bash', callID: 'c', state: { status: 'running', input: {} } }),
    part({ id: 'p', type: 'tool', tool: 'bash', callID: 'c', state: { status: 'completed', output: 'a' } }),
    part({ id: 'q', type: 'text', text: 'One' }),
    part({ id: 'q', type: 'text', text: 'One file.' }),
    { type: 'session.idle', properties: { sessionID: 's' } },
  ],
};

/** Lines of {@link SAMPLES}. */
export function sampleLines(format: AgentLogFormat): readonly string[] {
  return SAMPLES[format].map(record => JSON.stringify(record));
}

/** The sample of pi as `pi --mode json` prints it: the same conversation, in pieces. */
export const PI_STREAM: readonly object[] = [
  { type: 'session', version: 3, id: 's', timestamp: '2026-01-02T03:04:05.000Z', cwd: '/' },
  { type: 'agent_start' },
  { type: 'turn_start' },
  ...whole({ role: 'user', content: [{ type: 'text', text: 'How many?' }] }),
  { type: 'message_start', message: { role: 'assistant', content: [] } },
  piece({ type: 'thinking_start', contentIndex: 0 }),
  piece({ type: 'thinking_delta', contentIndex: 0, delta: 'Look' }),
  piece({ type: 'thinking_delta', contentIndex: 0, delta: ' there.' }),
  piece({ type: 'thinking_end', contentIndex: 0, content: 'Look there.' }),
  piece({ type: 'toolcall_start', contentIndex: 1 }),
  piece({ type: 'toolcall_delta', contentIndex: 1, delta: '{"command":"ls"}' }),
  piece({ type: 'toolcall_end', contentIndex: 1, toolCall: CALL }),
  {
    type: 'message_end',
    message: {
      role: 'assistant',
      content: [{ type: 'thinking', thinking: 'Look there.' }, CALL],
      usage: { input: 7, output: 3 },
      stopReason: 'toolUse',
    },
  },
  { type: 'tool_execution_start', toolCallId: 'c', toolName: 'bash', args: { command: 'ls' } },
  output([]),
  output([{ type: 'text', text: 'a' }]),
  output([{ type: 'text', text: 'a\nb' }]),
  {
    type: 'tool_execution_end',
    toolCallId: 'c',
    toolName: 'bash',
    result: { content: [{ type: 'text', text: 'a\nb' }] },
    isError: false,
  },
  ...whole({ role: 'toolResult', toolCallId: 'c', content: [{ type: 'text', text: 'a\nb' }] }),
  { type: 'turn_end', message: { role: 'assistant' }, toolResults: [] },
  { type: 'turn_start' },
  { type: 'message_start', message: { role: 'assistant', content: [] } },
  piece({ type: 'text_start', contentIndex: 0 }),
  piece({ type: 'text_delta', contentIndex: 0, delta: 'One' }),
  piece({ type: 'text_delta', contentIndex: 0, delta: ' file.' }),
  piece({ type: 'text_end', contentIndex: 0, content: 'One file.' }),
  {
    type: 'message_end',
    message: { role: 'assistant', content: [{ type: 'text', text: 'One file.' }], stopReason: 'stop' },
  },
  { type: 'turn_end', message: { role: 'assistant' }, toolResults: [] },
  { type: 'agent_end', messages: [] },
];

function whole(said: object): readonly object[] {
  return [
    { type: 'message_start', message: said },
    { type: 'message_end', message: said },
  ];
}

function piece(event: object): object {
  const message = { role: 'assistant', content: [] };
  return { type: 'message_update', message, assistantMessageEvent: { ...event, partial: message } };
}

function output(content: readonly object[]): object {
  return {
    ...{ type: 'tool_execution_update', toolCallId: 'c', toolName: 'bash', args: { command: 'ls' } },
    partialResult: { content },
  };
}

function message(role: string, rest: object): object {
  return { type: 'message', timestamp: '2026-01-02T03:04:06.000Z', message: { role, ...rest } };
}

function event(kind: string, rest: object): object {
  return { kind, id: 'e', source: 'agent', timestamp: '2026-01-02T03:04:05.000', ...rest };
}

function part(it: object): object {
  return { type: 'message.part.updated', properties: { part: { messageID: 'm', sessionID: 's', ...it } } };
}
