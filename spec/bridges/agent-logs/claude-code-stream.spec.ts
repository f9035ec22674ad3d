import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { readAgentLog, type LogEvent } from '../../../src/bridges/agent-logs/index.ts';

interface Told {
  readonly events: readonly LogEvent[];
  readonly ending: unknown;
}

function told(...records: readonly object[]): Told {
  const reader = readAgentLog('claude-code');
  const events = records.flatMap(record => reader.read({ session_id: 's', ...record }));
  const { events: held, ending } = reader.end();
  return { events: [...events, ...held], ending };
}

const assistant = (content: readonly object[], rest: object = {}): object => ({
  type: 'assistant',
  parent_tool_use_id: null,
  message: {
    id: 'm',
    role: 'assistant',
    model: 'x',
    content,
    usage: { input_tokens: 7, output_tokens: 1 },
    stop_details: null,
  },
  ...rest,
});
const piece = (event: object, parent: string | null = null): object => ({
  ...{ type: 'stream_event', event, parent_tool_use_id: parent, uuid: 'u', ttft_ms: 1 },
});
const delta = (index: number, it: object, parent?: string): object =>
  piece({ type: 'content_block_delta', index, delta: it }, parent ?? null);
const start = (id = 'm', parent?: string): object =>
  piece({ type: 'message_start', message: { id, model: 'x', usage: { input_tokens: 7 } } }, parent ?? null);
const textsOf = ({ events }: Told): unknown[] =>
  events.filter(({ type }) => type === 'token').map(({ data }) => [data['role'] ?? '', data['content']]);

describe('what claude prints with --output-format stream-json', () => {
  it('tells pieces once, and the true usage', () => {
    const said = told(
      start(),
      piece({ type: 'content_block_start', index: 0, content_block: { type: 'thinking', thinking: '' } }),
      delta(0, { type: 'thinking_delta', thinking: 'Look' }),
      delta(0, { type: 'thinking_delta', thinking: ' there.' }),
      delta(0, { type: 'signature_delta', signature: 'c2ln' }),
      assistant([{ type: 'thinking', thinking: 'Look there.', signature: 'c2ln' }]),
      piece({ type: 'content_block_stop', index: 0 }),
      delta(1, { type: 'text_delta', text: 'One' }),
      delta(1, { type: 'text_delta', text: ' file.' }),
      assistant([{ type: 'text', text: 'One file.' }]),
      delta(2, { type: 'input_json_delta', partial_json: '{}' }),
      assistant([{ type: 'tool_use', id: 'c', name: 'Bash', input: {} }]),
      piece({ type: 'message_delta', delta: { stop_reason: 'tool_use' }, usage: { output_tokens: 30 } }),
      piece({ type: 'message_stop' }),
    );
    expect(textsOf(said)).toEqual([
      ['thinking', 'Look'],
      ['thinking', ' there.'],
      ['', 'One'],
      ['', ' file.'],
      ['', ''],
    ]);
    expect(said.events.slice(-2)).toMatchObject([
      { type: 'tool.called', data: { callId: 'c' } },
      {
        type: 'llm.response',
        data: { response: { finishReason: 'tool_use' }, usage: { inputTokens: 7, outputTokens: 30 } },
      },
    ]);
    expect(said.events.filter(({ metadata }) => metadata !== undefined)).toEqual([]);
  });

  it('keeps the answers of agents that work at once apart', () => {
    const said = told(
      assistant([{ type: 'tool_use', id: 'task', name: 'Task', input: {} }]),
      start('n', 'task'),
      delta(0, { type: 'text_delta', text: 'a' }, 'task'),
      assistant([{ type: 'text', text: 'b' }]),
      delta(0, { type: 'text_delta', text: 'c' }, 'task'),
    );
    expect(
      said.events.map(({ type, node, data }) => [type, node, data['messageId'] ?? data['callId']]),
    ).toEqual([
      ['tool.called', undefined, 'task'],
      ['token', 'task', 'n'],
      ['token', undefined, 'm'],
      ['token', 'task', 'n'],
      ['llm.response', undefined, 'm'],
      ['llm.response', 'task', 'n'],
    ]);
  });

  it('joins to the texts that come whole, however they were cut', () => {
    fc.assert(
      fc.property(
        fc.array(fc.array(fc.string(), { minLength: 1 }), { minLength: 1, maxLength: 4 }),
        blocks => {
          const { events } = told(
            start(),
            ...blocks.flatMap((pieces, index) => [
              ...pieces.map(text => delta(index, { type: 'text_delta', text })),
              assistant([{ type: 'text', text: pieces.join('') }]),
            ]),
          );
          const tokens = events.filter(({ type }) => type === 'token');
          expect(tokens.map(({ data }) => data['content']).join('')).toBe(blocks.flat().join(''));
        },
      ),
    );
  });

  it.each([
    [
      { subtype: 'success', is_error: false, result: 'Done.' },
      { status: 'completed', output: { result: 'Done.' } },
    ],
    [
      { subtype: 'success', is_error: true, result: 'API Error' },
      { status: 'failed', message: 'API Error' },
    ],
    [
      { subtype: 'error_max_turns', is_error: true, errors: ['Reached 1 turn'] },
      { status: 'failed', message: 'error_max_turns: Reached 1 turn' },
    ],
    [{ subtype: 'error_max_budget_usd', is_error: true, errors: [] }, { message: 'error_max_budget_usd' }],
    [
      { subtype: 'error_during_execution', is_error: true, errors: [], terminal_reason: 'aborted_tools' },
      { status: 'cancelled', reason: 'aborted_tools' },
    ],
  ])('a result %j ends it', (result, ending) => {
    const record = {
      type: 'result',
      session_id: 's',
      total_cost_usd: 0.1,
      permission_denials: [],
      ...result,
    };
    const said = told(record);
    expect(said.ending).toMatchObject(ending);
    expect(said.events).toEqual([{ type: 'custom:claude-code.result', data: record }]);
    // A session that goes on has not ended.
    expect(told(record, { type: 'system', subtype: 'init' }).ending).toEqual({ status: 'unsaid' });
  });

  it('ends where the user interrupted it, unless it goes on', () => {
    const interrupted = {
      ...{ type: 'user', uuid: 'u' },
      message: {
        role: 'user',
        content: [{ type: 'text', text: '[Request interrupted by user for tool use]' }],
      },
    };
    const reason = 'Request interrupted by user for tool use';
    expect(told(interrupted).ending).toEqual({ status: 'cancelled', reason });
    const on = { type: 'user', uuid: 'v', message: { role: 'user', content: 'Go on.' } };
    expect(told(interrupted, on).ending).toEqual({ status: 'unsaid' });
  });

  it('tells tools of the provider, and errors of its API', () => {
    const { events, ending } = told(
      assistant([
        { type: 'server_tool_use', id: 'w', name: 'web_search', input: { query: 'q' } },
        {
          type: 'web_search_tool_result',
          tool_use_id: 'w',
          content: [{ type: 'web_search_result', url: '' }],
        },
        { type: 'mcp_tool_use', id: 'x', name: 'find', server_name: 'm', input: {} },
        {
          type: 'mcp_tool_result',
          tool_use_id: 'x',
          is_error: true,
          content: [{ type: 'text', text: 'no' }],
        },
        { type: 'server_tool_use', id: 'y', name: 'web_fetch', input: {} },
        { type: 'web_fetch_tool_result', tool_use_id: 'y', content: { error_code: 'unavailable' } },
        { type: 'redacted_thinking', data: 'x' },
      ]),
      assistant([{ type: 'text', text: 'Overloaded' }], { error: 'overloaded' }),
    );
    expect(
      events.map(({ type, data }) => [type, data['callId'] ?? data['error'] ?? data['message']]),
    ).toEqual([
      ['tool.called', 'w'],
      ['tool.completed', 'w'],
      ['tool.called', 'x'],
      ['tool.failed', 'x'],
      ['tool.called', 'y'],
      ['tool.failed', 'y'],
      ['custom:claude-code.redacted_thinking', undefined],
      ['token', undefined],
      ['error', 'Overloaded'],
      ['llm.response', 'm'],
    ]);
    expect(ending).toMatchObject({ status: 'failed', code: 'AGENT_API_ERROR' });
  });

  it.each([
    ['init', { tools: [] }],
    ['compact_boundary', { compact_metadata: { trigger: 'auto', pre_tokens: 9 } }],
    ['permission_denied', { tool_name: 'Bash', tool_use_id: 'c', message: 'no' }],
    ['api_retry', { attempt: 1 }],
  ])('keeps system %s whole, under its name', (subtype, rest) => {
    const record = { type: 'system', session_id: 's', subtype, ...rest };
    expect(told(record).events).toEqual([{ type: `custom:claude-code.system.${subtype}`, data: record }]);
  });

  it('keeps pieces that it does not know whole', () => {
    for (const event of [
      { type: 'content_block_delta', index: 0, delta: { type: 'smell_delta', smell: 'x' } },
      { type: 'from_tomorrow' },
    ]) {
      expect(told(piece(event)).events).toMatchObject([
        { type: `custom:claude-code.stream_event.${event.type}`, data: { event } },
      ]);
    }
  });
});
