import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { foldRun } from '../../src/event/fold-run.ts';
import { emptyRun, type RunState } from '../../src/event/run-state.ts';
import type { Notice } from '../../src/event/notice.ts';
import type { RunEvent } from '../../src/event/run-event.ts';

type Said = readonly [type: string, data: object, more?: object];

function eventOf([type, data, more]: Said, seq: number): RunEvent {
  const envelope = { id: `e.${seq}.0`, runId: 'r', tenantId: 't', seq, type, data };
  return { ...envelope, time: '2030-01-01T00:00:00.000Z', ...more } as RunEvent;
}

function stateOf(...said: readonly (Said | Notice)[]): RunState {
  return said.reduce<RunState>(
    (state, item, index) => foldRun(state, 'notice' in item ? item : eventOf(item, index + 1)),
    emptyRun,
  );
}

const token = (content: string, more: object = {}, node?: string): Said => [
  'token',
  { content, ...more },
  node === undefined ? {} : { node },
];
const texts = ({ messages }: RunState) => messages.map(({ id, text }) => `${id}: ${text}`);

describe('what a run adds up to', () => {
  it.each<[Said[], string]>([
    [[], 'accepted'],
    [[['started', { agent: 'a' }]], 'running'],
    [[['status', { status: 'waiting' }]], 'waiting'],
    [[['ask', { askId: 'q', question: '?' }]], 'waiting'],
    [
      [
        ['ask', { askId: 'q', question: '?' }],
        ['answer', { askId: 'q', value: 1 }],
      ],
      'running',
    ],
    [
      [
        ['started', {}],
        ['error', { code: 'X', message: '', recoverable: true }],
      ],
      'running',
    ],
    [[['error', { code: 'X', message: '', recoverable: false }, { final: true }]], 'failed'],
    [[['complete', { durationMs: 1 }, { final: true }]], 'completed'],
    [[['cancelled', {}, { final: true }]], 'cancelled'],
  ])('%j is %s', (said, status) => expect(stateOf(...said).status).toBe(status));

  it('knows when it began, when and how it ended', () => {
    const state = stateOf(
      ['started', { agent: 'a' }],
      ['complete', { output: 1, durationMs: 2 }, { final: true }],
    );
    expect(state).toMatchObject({
      ...{ agent: 'a', startedAt: '2030-01-01T00:00:00.000Z', endedAt: '2030-01-01T00:00:00.000Z' },
      ...{ end: { type: 'complete', data: { output: 1 } }, cursor: 'e.2.0', runId: 'r', seen: 2 },
    });
  });

  it('joins the tokens of a message, whatever comes between', () => {
    const state = stateOf(
      token('Hel', { messageId: 'a', role: 'assistant' }),
      token('x', { messageId: 'b' }),
      ['step', { name: 's' }],
      token('lo', { messageId: 'a', finishReason: 'stop' }),
    );
    expect(texts(state)).toEqual(['a: Hello', 'b: x']);
    expect(state.messages[0]).toEqual({
      id: 'a',
      text: 'Hello',
      role: 'assistant',
      finishReason: 'stop',
      seq: 1,
    });
  });

  it('tells messages without a name apart by their node and their end', () => {
    const state = stateOf(
      token('a', {}, 'plan'),
      token('b', {}, 'write'),
      token('c', { finishReason: 'stop' }, 'plan'),
      token('d', {}, 'plan'),
      token('e'),
    );
    expect(texts(state)).toEqual(['plan: ac', 'write: b', 'plan: d', ': e']);
  });

  it.each(['thinking', 'reasoning', 'thought'])('tells what is said from the %s before it', role => {
    const state = stateOf(
      token('Soup ', { role }),
      token('or salad?', { role }),
      token('Have '),
      token('soup.', { role: 'assistant' }),
      token('Or not?', { role }),
      token('elsewhere', {}, 'plan'),
      token('Yes.', { finishReason: 'stop' }),
      token('Hm.', { role }),
      // Says nothing, and so begins nothing.
      token('', { finishReason: 'length' }),
    );
    expect(state.messages.map(message => [message.role, message.text, message.seq])).toEqual([
      [role, 'Soup or salad?', 1],
      ['assistant', 'Have soup.', 3],
      [role, 'Or not?', 5],
      [undefined, 'elsewhere', 6],
      [undefined, 'Yes.', 7],
      [role, 'Hm.', 8],
    ]);
    const reasons = state.messages.map(({ finishReason }) => finishReason);
    expect(reasons).toEqual([undefined, undefined, undefined, undefined, 'stop', 'length']);
  });

  it('joins what begins and what ends', () => {
    const state = stateOf(
      ['tool.called', { callId: '1', tool: 'fetch', args: { url: 'u' } }],
      ['tool.called', { callId: '2', tool: 'save', args: {} }],
      ['tool.failed', { callId: '1', error: 'no' }],
      ['node.started', { name: 'plan', attempt: 1 }, { node: 'a/plan' }],
      ['node.failed', { name: 'plan', error: 'x', attempt: 1, willRetry: true }, { node: 'a/plan' }],
      ['node.started', { name: 'plan', attempt: 2 }, { node: 'a/plan' }],
      ['node.completed', { name: 'plan', result: 7, durationMs: 3 }, { node: 'a/plan' }],
      ['node.skipped', { name: 'late', value: 0 }],
      ['llm.prompt', { callId: '1', model: 'm', messages: ['hi'] }],
      ['llm.response', { callId: '1', response: 'ho', durationMs: 4 }],
      ['step', { name: 'sum' }],
    );
    const short = ({ name, state, input, output, error }: RunState['tools'][number]) =>
      [name, state, input, output, error].filter(part => part !== undefined);
    expect(state.tools.map(short)).toEqual([
      ['fetch', 'failed', { url: 'u' }, 'no'],
      ['save', 'running', {}],
    ]);
    expect(state.nodes.map(short)).toEqual([
      ['plan', 'done', 7],
      ['late', 'skipped', 0],
    ]);
    expect(state.tools[0]?.startedAt).toBe('2030-01-01T00:00:00.000Z');
    expect(state.nodes[0]).toMatchObject({ id: 'a/plan', node: 'a/plan', attempt: 2, durationMs: 3, seq: 4 });
    expect(state.models.map(short)).toEqual([['m', 'done', ['hi'], 'ho']]);
    expect(state.steps.map(short)).toEqual([['sum', 'done']]);
  });

  it('knows pipelines and waves, each by what it began with, and which nodes are in which wave', () => {
    const state = stateOf(
      ['pipeline.started', { name: 'p', waves: 1, nodes: 1 }],
      ['wave.started', { index: 0, nodes: ['a'] }],
      ['node.started', { name: 'a', wave: 0, attempt: 1 }, { node: 'a' }],
      ['pipeline.started', { name: 'p', waves: 0, nodes: 0 }, { node: 'a' }],
      ['wave.started', { index: 0, nodes: [] }, { node: 'a' }],
      ['wave.failed', { index: 0, error: 'no' }, { node: 'a' }],
      ['pipeline.failed', { error: 'no' }, { node: 'a' }],
      ['node.completed', { name: 'a', durationMs: 2 }, { node: 'a', time: '2030-01-01T00:00:02.000Z' }],
      ['wave.completed', { index: 0, durationMs: 3 }],
      ['wave.started', { index: 0, nodes: ['b'] }],
      ['pipeline.completed', { name: 'p', durationMs: 4, results: { a: 1 } }],
      ['pipeline.completed', { name: 'unheard', durationMs: 4 }],
    );
    const short = ({
      node = '',
      seq,
      state,
      durationMs,
      error,
      input,
      output,
    }: RunState['waves'][number]) => [...[`${seq} ${node}`, state, durationMs ?? error, input ?? '', output]];
    expect(state.pipelines.map(short)).toEqual([
      ['1 ', 'done', 4, { waves: 1, nodes: 1 }, { a: 1 }],
      ['4 a', 'failed', 'no', { waves: 0, nodes: 0 }, undefined],
      ['12 ', 'done', 4, {}, undefined],
    ]);
    expect(state.waves.map(short)).toEqual([
      ['2 ', 'done', 3, ['a'], undefined],
      ['5 a', 'failed', 'no', [], undefined],
      ['10 ', 'running', undefined, ['b'], undefined],
    ]);
    expect(state.nodes).toMatchObject([{ wave: 0, endedAt: '2030-01-01T00:00:02.000Z' }]);
  });

  it('puts the parts of artifacts together', () => {
    const part = (data: unknown, more: object = {}): Said => [
      'artifact',
      { artifactId: 'a', artifactType: 'text', data, partial: true, ...more },
    ];
    expect(stateOf(part('one '), part('two ')).artifacts).toMatchObject([
      { data: 'one two ', isComplete: false },
    ]);
    expect(stateOf(part('one '), part('two', { last: true })).artifacts).toMatchObject([
      { data: 'one two', isComplete: true },
    ]);
    expect(stateOf(part([1]), part([2])).artifacts).toMatchObject([{ data: [1, 2] }]);
    expect(stateOf(part('one'), part('new', { partial: false })).artifacts).toMatchObject([{ data: 'new' }]);
  });

  it('keeps open questions, decisions, turns, custom events and warnings', () => {
    const decided = { policy: 'p', signal: 'SKIP', on: 'token', subject: 's' };
    const state = stateOf(
      ['ask', { askId: 'a', question: '1?' }, { source: 'agent' }],
      ['ask', { askId: 'b', question: '2?' }, { source: 'agent' }],
      ['answer', { askId: 'a', value: 1 }, { source: 'user' }],
      ['control.decided', decided],
      ['action', { kind: 'run' }],
      ['observation', { kind: 'ran' }],
      ['error', { code: 'W', message: 'm', recoverable: true }],
      ['progress', { fraction: 0.5 }],
      ['custom:any', {}],
      ['pipeline.started', { name: 'p', waves: 1, nodes: 1 }],
    );
    expect(state.status).toBe('waiting');
    expect(state.asks.map(({ askId }) => askId)).toEqual(['b']);
    expect(state.decisions).toEqual([decided]);
    expect(state.turns.map(({ type }) => type)).toEqual(['action', 'observation']);
    expect(state.customs).toMatchObject([{ type: 'custom:any', seq: 9 }]);
    expect(state.warnings).toMatchObject([{ code: 'W' }]);
    expect(state.progress).toEqual({ fraction: 0.5 });
    expect(state.sources).toEqual(['agent', 'user']);
    expect(stateOf(['ask', { askId: 'a', question: '' }], ['cancelled', {}, { final: true }]).asks).toEqual(
      [],
    );
  });

  it('counts gaps, begins anew after a reset, keeps what is gone, and knows of trouble', () => {
    const seen = [['started', {}], token('a')] as const;
    const gap: Notice = { notice: 'gap', runId: 'r', reason: 'trimmed', from: 3, to: 7, cursor: 'e.7.0' };
    expect(stateOf(...seen, gap)).toMatchObject({
      ...{ missed: 5, cursor: 'e.7.0', seen: 2 },
      gaps: [{ from: 3, to: 7, reason: 'trimmed' }],
    });
    expect(stateOf(...seen, { notice: 'reset', runId: 'r', reason: 'fork' })).toEqual({
      ...emptyRun,
      runId: 'r',
    });
    const gone = stateOf(...seen, { notice: 'reset', runId: 'r', reason: 'gone' });
    expect([gone.isGone, texts(gone)]).toEqual([true, [': a']]);
    const degraded: Notice = { notice: 'degraded', runId: 'r', since: 'then' };
    expect(stateOf(degraded).degradedSince).toBe('then');
    expect(stateOf(degraded, token('a')).degradedSince).toBeUndefined();
  });

  it('holds the newest thousand entries of each list', () => {
    const state = stateOf(...Array.from({ length: 1_500 }, (_, at): Said => ['step', { name: `${at}` }]));
    expect([state.steps.length, state.dropped, state.steps[0]?.name]).toEqual([1_000, 500, '500']);
  });
});

const said = fc.oneof(
  fc
    .record({ content: fc.string(), messageId: fc.constantFrom('a', 'b') })
    .map(data => ['token', data] as const),
  fc.constantFrom(
    ['tool.called', { callId: '1', tool: 't', args: 1 }] as const,
    ['tool.completed', { callId: '1', result: 1, durationMs: 1 }] as const,
    ['step', { name: 's' }] as const,
    ['wave.started', { index: 0, nodes: [] }] as const,
    ['wave.completed', { index: 0, durationMs: 1 }] as const,
    ['ask', { askId: 'q', question: '?' }] as const,
    ['answer', { askId: 'q', value: 1 }] as const,
    ['progress', { fraction: 0.1 }] as const,
    ['artifact', { artifactId: 'a', artifactType: 't', data: 'x', partial: true }] as const,
  ),
);

describe('the fold', () => {
  const freeze = <T>(value: T): T => {
    if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
      Object.values(Object.freeze(value)).forEach(freeze);
    }
    return value;
  };

  it('changes nothing that it was given', () => {
    fc.assert(
      fc.property(fc.array(said, { maxLength: 30 }), items => {
        items.reduce(
          (state, item, at) => freeze(foldRun(state, freeze(eventOf(item, at + 1)))),
          freeze(emptyRun),
        );
      }),
    );
  });
});
