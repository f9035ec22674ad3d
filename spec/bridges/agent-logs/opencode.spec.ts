import { describe, expect, it } from '@jest/globals';
import { detectFormat, readAgentLog, type LogEvent } from '../../../src/bridges/agent-logs/index.ts';

interface Told {
  readonly events: readonly LogEvent[];
  readonly ending: { readonly status: string };
}

function told(...records: readonly object[]): Told {
  const reader = readAgentLog('opencode');
  const events = records.flatMap(record => reader.read(record));
  return { events, ending: reader.end().ending };
}

const typesOf = ({ events }: Told): readonly string[] => events.map(({ type }) => type);
const sent = (type: string, properties: object): object => ({ id: 'evt_1', type, properties });
const printed = (type: string, rest: object): object => ({
  type,
  timestamp: 1_000,
  sessionID: 'ses_1',
  ...rest,
});
const IDS = { sessionID: 'ses_1', messageID: 'msg_1' };
const TOKENS = { input: 7, output: 3, reasoning: 0, cache: { read: 0, write: 0 } };
const text = (it: string): object => ({ ...IDS, id: 'prt_1', type: 'text', text: it });
const finish = (reason: string): object => ({
  ...IDS,
  id: 'prt_2',
  type: 'step-finish',
  reason,
  tokens: TOKENS,
  cost: 0.5,
});

describe('what opencode run --format json prints', () => {
  it('is told, and ends with its last step', () => {
    const tool = { status: 'completed', input: {}, output: 'a', time: { start: 1, end: 4 } };
    const all = told(
      printed('step_start', { part: { ...IDS, id: 'prt_0', type: 'step-start' } }),
      printed('tool_use', {
        part: { ...IDS, id: 'prt_3', type: 'tool', tool: 'bash', callID: 'c', state: tool },
      }),
      printed('step_finish', { part: finish('tool-calls') }),
      printed('text', { part: text('One file.') }),
    );
    expect(all.ending.status).toBe('unsaid');
    expect(typesOf(all)).toEqual([
      'custom:opencode.step_start',
      'tool.called',
      'tool.completed',
      'llm.response',
      'token',
    ]);
    expect(all.events[2]).toMatchObject({ data: { durationMs: 3 } });
    expect(all.events[3]).toMatchObject({ data: { usage: { inputTokens: 7, outputTokens: 3, cost: 0.5 } } });
    expect(told(printed('step_finish', { part: finish('stop') })).ending.status).toBe('completed');
    expect(told(printed('done', { reason: 'idle', rejected: [] })).ending.status).toBe('completed');
  });

  it('is recognised by an error alone', () => {
    const error = printed('error', { error: { name: 'APIError', data: { message: 'no credit' } } });
    expect(detectFormat([JSON.stringify(error)])).toBe('opencode');
    expect(told(error, printed('done', { reason: 'idle' })).ending).toMatchObject({ message: 'no credit' });
  });
});

describe('events of an opencode server', () => {
  const part = (it: object): object =>
    sent('message.part.updated', { sessionID: 'ses_1', part: it, time: 2_000 });
  const delta = (it: string, partID = 'prt_1'): object =>
    sent('message.part.delta', { ...IDS, partID, field: 'text', delta: it });

  it('tell pieces once', () => {
    const all = told(
      part(text('')),
      delta('One'),
      delta(' file.'),
      part(text('One file.')),
      part(text('One file. Or')),
    );
    expect(all.events.map(({ data, time }) => [data['content'], time])).toEqual([
      ['One', '1970-01-01T00:00:02.000Z'],
      [' file.', '1970-01-01T00:00:02.000Z'],
      [' Or', '1970-01-01T00:00:02.000Z'],
    ]);
    expect(all.events.filter(({ metadata }) => metadata !== undefined)).toEqual([]);
    expect(typesOf(told(delta('One', 'prt_unknown')))).toEqual(['custom:opencode.message.part.delta']);
  });

  it('say how far a list of things to do is', () => {
    const todos = [
      { content: 'a', status: 'completed' },
      { content: 'b', status: 'pending' },
    ];
    expect(told(sent('todo.updated', { sessionID: 'ses_1', todos })).events).toMatchObject([
      { type: 'progress', data: { current: 1, total: 2, fraction: 0.5, details: { todos } } },
    ]);
  });

  it.each([
    'permission.asked',
    'permission.updated',
    'permission.replied',
    'question.asked',
    'question.replied',
  ])('keep %s whole', type => {
    const record = sent(type, { id: 'per_1', sessionID: 'ses_1' });
    expect(told(record).events).toEqual([{ type: `custom:opencode.${type}`, data: record }]);
  });

  it('end where the session is idle', () => {
    const status = (type: string): object => sent('session.status', { sessionID: 'ses_1', status: { type } });
    expect(told(status('busy')).ending.status).toBe('unsaid');
    expect(told(status('busy'), status('idle')).ending.status).toBe('completed');
  });
});

describe('what opencode exports and stores', () => {
  const user = { id: 'msg_0', sessionID: 'ses_1', role: 'user', time: { created: 1_000 } };
  const answer = {
    id: 'msg_1',
    sessionID: 'ses_1',
    role: 'assistant',
    time: { created: 1_000, completed: 1_500 },
  };
  const asked = { ...IDS, id: 'prt_0', messageID: 'msg_0', type: 'text', text: 'How many?' };
  const exported = (info: object): object => ({
    info: { id: 'ses_1', title: 't' },
    messages: [
      { info: user, parts: [asked] },
      { info, parts: [text('One file.'), finish('stop')] },
    ],
  });

  it('is the session, and each message behind its parts', () => {
    const all = told(exported({ ...answer, tokens: TOKENS }));
    expect(detectFormat([JSON.stringify(exported(answer))])).toBe('opencode');
    expect(all.events.map(({ type, data }) => [type, data['role'] ?? data['durationMs']])).toEqual([
      ['custom:opencode.session', undefined],
      ['token', 'user'],
      ['custom:opencode.message', 'user'],
      ['token', undefined],
      ['custom:opencode.part', undefined],
      ['llm.response', 500],
    ]);
    expect(all.ending.status).toBe('completed');
  });

  it('ends as its last message does', () => {
    const error = { name: 'MessageAbortedError', data: { message: 'stopped' } };
    expect(told(exported({ ...answer, error })).ending).toEqual({ status: 'cancelled', reason: 'stopped' });
    expect(told(exported({ ...answer, time: { created: 1_000 } })).ending.status).toBe('unsaid');
  });

  it('is read from files of their own', () => {
    expect(detectFormat([JSON.stringify(user)])).toBe('opencode');
    const all = told(user, asked, { ...answer, tokens: TOKENS }, text('One file.'));
    expect(typesOf(all)).toEqual(['custom:opencode.message', 'token', 'llm.response', 'token']);
    expect(all.events[1]).toMatchObject({ data: { role: 'user' } });
  });
});
