import { describe, expect, it } from '@jest/globals';
import { readAgentLog, type LogEvent } from '../../../src/bridges/agent-logs/index.ts';

function told(...records: readonly object[]): readonly LogEvent[] {
  const reader = readAgentLog('codex');
  return records.flatMap(record => reader.read(record));
}

const item = (phase: string, it: object): object => ({ type: `item.${phase}`, item: { id: 'i', ...it } });
const typesOf = (events: readonly LogEvent[]): readonly string[] => events.map(({ type }) => type);

describe('what codex exec --json prints', () => {
  // As codex-rs/exec/src/exec_events.rs has them.
  it.each([
    [{ type: 'command_execution', command: 'ls', exit_code: 1, status: 'failed' }, 'tool.completed'],
    [{ type: 'command_execution', command: 'ls', exit_code: null, status: 'declined' }, 'tool.failed'],
    [{ type: 'file_change', changes: [{ path: 'a', kind: 'add' }], status: 'completed' }, 'tool.completed'],
    [{ type: 'file_change', changes: [], status: 'failed' }, 'tool.failed'],
    [
      {
        type: 'mcp_tool_call',
        server: 's',
        tool: 't',
        arguments: {},
        error: { message: 'no' },
        status: 'failed',
      },
      'tool.failed',
    ],
    [{ type: 'web_search', query: 'q', action: { type: 'search' } }, 'tool.completed'],
    [{ type: 'collab_tool_call', tool: 'spawn_agent', status: 'completed' }, 'tool.completed'],
  ])('%j', (it, end) => {
    const begun = { ...it, status: 'in_progress' };
    expect(typesOf(told(item('completed', it)))).toEqual(['tool.called', end]);
    expect(typesOf(told(item('started', begun), item('completed', it)))).toEqual(['tool.called', end]);
  });

  it('says how far a list of things to do is', () => {
    const list = (...done: boolean[]): object => ({
      type: 'todo_list',
      items: done.map((completed, at) => ({ text: `${at}`, completed })),
    });
    const events = told(
      item('started', list(false, false)),
      item('updated', list(true, false)),
      item('completed', list(true, true)),
    );
    expect(events.map(({ type, data }) => [type, data['current'], data['fraction']])).toEqual([
      ['progress', 0, 0],
      ['progress', 1, 0.5],
      ['progress', 2, 1],
    ]);
    expect(typesOf(told(item('started', list())))).toEqual(['custom:codex.item.started']);
  });

  it('fails by the last word on it', () => {
    const reader = readAgentLog('codex');
    reader.read({ type: 'turn.started' });
    reader.read({ type: 'error', message: 'Reconnecting... 1/5' });
    reader.read({ type: 'turn.completed', usage: { input_tokens: 1, output_tokens: 1 } });
    expect(reader.end().ending).toEqual({ status: 'completed' });
    reader.read({ type: 'turn.failed', error: { message: 'no credit' } });
    expect(reader.end().ending).toMatchObject({ status: 'failed', message: 'no credit' });
  });
});

describe('texts of a rollout', () => {
  const entry = (payload: object): object => ({
    timestamp: '2026-01-02T03:04:05.000Z',
    type: 'event_msg',
    payload,
  });
  const done = (it: object): object =>
    entry({ type: 'item_completed', thread_id: 't', turn_id: 'u', item: it });
  const user = done({ type: 'UserMessage', id: 'u', content: [{ type: 'text', text: 'How many?' }] });
  const said = done({ type: 'AgentMessage', id: 'm', content: [{ type: 'Text', text: 'One file.' }] });
  const contentsOf = (events: readonly LogEvent[]): unknown[] =>
    events.filter(({ type }) => type === 'token').map(({ data }) => data['content']);

  it('are told from items where they are there', () => {
    const thought = done({ type: 'Reasoning', id: 'r', summary_text: ['Look', 'there'], raw_content: [] });
    expect(contentsOf(told(user, thought, said))).toEqual(['How many?', 'Look\n\nthere', 'One file.']);
  });

  it('are told once where they are there as messages too', () => {
    const message = entry({ type: 'user_message', message: 'How many?' });
    const answer = entry({ type: 'agent_message', message: 'One file.' });
    expect(contentsOf(told(user, message, said, answer))).toEqual(['How many?', 'One file.']);
    expect(contentsOf(told(message, user, answer, said))).toEqual(['How many?', 'One file.']);
    expect(typesOf(told(message, user)).at(-1)).toBe('custom:codex.event_msg.item_completed');
  });

  it('leave tools to their calls', () => {
    const command = done({ type: 'CommandExecution', id: 'c', command: ['ls'], status: 'completed' });
    expect(typesOf(told(command))).toEqual(['custom:codex.event_msg.item_completed']);
    const search = done({ type: 'WebSearch', id: 'w', query: 'q', action: { type: 'search' } });
    expect(typesOf(told(search))).toEqual(['tool.called', 'tool.completed']);
  });
});
