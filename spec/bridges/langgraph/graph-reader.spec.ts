import { describe, expect, it } from '@jest/globals';
import { AIMessage, AIMessageChunk, HumanMessage, ToolMessage } from '@langchain/core/messages';
import { array, assert, constantFrom, property, string, tuple } from 'fast-check';
import { fromWritten } from '../../../src/bridges/written-event.ts';
import { GraphReader } from '../../../src/bridges/langgraph/graph-reader.ts';
import { MODES, streamModesOf } from '../../../src/bridges/langgraph/mode-table.ts';
import { pathOf } from '../../../src/bridges/langgraph/node-paths.ts';
import { parseFilter } from '../../../src/event/filter.ts';
import { checkNode } from '../../../src/event/node-path.ts';
import { ManualClock } from '../../../src/testing/manual-clock.ts';

const META = { langgraph_node: 'talk', langgraph_checkpoint_ns: 'talk:1' };
const reader = () => new GraphReader({ clock: new ManualClock() });

describe('what a graph streams', () => {
  it('keeps the text of several messages whole and in order, however they interleave', () => {
    const piece = tuple(constantFrom('a', 'b', 'c'), string());
    assert(
      property(array(piece, { maxLength: 50 }), pieces => {
        const graph = reader();
        const events = pieces.flatMap(([id, content]) =>
          graph.read(['messages', [new AIMessageChunk({ id, content }), META]]),
        );
        for (const id of ['a', 'b', 'c']) {
          const said = events
            .filter(({ data }) => data['messageId'] === id)
            .map(({ data }) => data['content']);
          expect(said.join('')).toBe(pieces.flatMap(([of, text]) => (of === id ? [text] : [])).join(''));
        }
        const order = pieces.filter(([, text]) => text !== '').map(([id]) => id);
        expect(events.map(({ data }) => data['messageId'])).toEqual(order);
      }),
      { numRuns: 100 },
    );
  });

  it('tells thoughts, arguments and usage of a message apart', () => {
    const graph = reader();
    const read = (fields: ConstructorParameters<typeof AIMessageChunk>[0]) =>
      graph.read([['plan:9'], 'messages', [new AIMessageChunk(fields), META]]);
    expect(read({ id: 'm', content: [{ type: 'thinking', thinking: 'hm' }] })).toEqual([
      { type: 'token', data: { content: 'hm', messageId: 'm/thinking', role: 'thinking' }, node: 'talk' },
    ]);
    expect(
      read({
        id: 'm',
        content: '',
        tool_call_chunks: [{ index: 0, id: 'c', name: 'add', args: '{"a"' }],
      }),
    ).toEqual([
      {
        type: 'custom:tool-input',
        data: { callId: 'c', tool: 'add', delta: '{"a"', partial: true },
        node: 'talk',
      },
    ]);
    expect(read({ id: 'm', content: '', tool_call_chunks: [{ index: 0, args: ':1}' }] })).toMatchObject([
      { data: { callId: 'c', delta: ':1}' } },
    ]);
    const last = read({
      ...{ id: 'm', content: '!', usage_metadata: { input_tokens: 1, output_tokens: 2, total_tokens: 3 } },
      response_metadata: { finish_reason: 'stop', model_name: 'm-1' },
    } as never);
    expect(last).toMatchObject([
      { type: 'token', data: { content: '!', finishReason: 'stop' } },
      { type: 'llm.response', data: { callId: 'm', usage: { inputTokens: 1, outputTokens: 2 } } },
    ]);
  });

  it('tells what others said with their role, and nothing of what is empty', () => {
    expect(reader().read(['messages', [new HumanMessage({ id: 'h', content: 'hi' }), META]])).toEqual([
      { type: 'token', data: { content: 'hi', messageId: 'h', role: 'user' }, node: 'talk' },
    ]);
    expect(reader().read(['messages', [new AIMessage({ id: 'x', content: '' }), META]])).toEqual([]);
  });

  it('measures steps, and opens and closes each node once', () => {
    const clock = new ManualClock();
    const graph = new GraphReader({ clock });
    const begun = graph.read([['sub:1'], 'tasks', { id: 't', name: 'find', input: {}, triggers: [] }]);
    expect(begun).toEqual([{ type: 'node.started', data: { name: 'find', attempt: 1 }, node: 'sub/find' }]);
    clock.advance(40);
    expect(graph.read([['sub:1'], 'updates', { find: { docs: [], next: 1 } }])).toEqual([
      {
        type: 'step',
        data: { name: 'find', durationMs: 40, outputKeys: ['docs', 'next'] },
        node: 'sub/find',
      },
    ]);
    expect(
      graph.read([['sub:1'], 'tasks', { id: 't', name: 'find', result: {}, interrupts: [], error: null }]),
    ).toEqual([{ type: 'node.completed', data: { name: 'find', durationMs: 40 }, node: 'sub/find' }]);
    expect(graph.fail(new Error('late'))).toEqual([]);
  });

  it('closes what is open when the graph fails', () => {
    const graph = reader();
    graph.read(['tasks', { id: 't', name: 'find', input: {} }]);
    graph.read(['tools', { event: 'on_tool_start', toolCallId: 'c', name: 'add', input: '{}' }]);
    expect(graph.fail(new Error('broken'))).toMatchObject([
      { type: 'tool.failed', data: { callId: 'c', error: 'broken' } },
      { type: 'node.failed', data: { name: 'find', error: 'broken' }, node: 'find' },
    ]);
  });

  it('tells an answer of a tool once, whoever tells it', () => {
    const message = new ToolMessage({ tool_call_id: 'c', name: 'add', content: '3' });
    const graph = reader();
    const alone = graph.read(['messages', [message, META]]);
    expect(alone.map(({ type }) => type)).toEqual(['tool.called', 'tool.completed']);
    expect(graph.read(['messages', [message, META]])).toEqual([]);
    const other = reader();
    other.read(['tools', { event: 'on_tool_start', toolCallId: 'c', name: 'add', input: '{"a":1}' }]);
    const ended = other.read([
      'tools',
      { event: 'on_tool_end', toolCallId: 'c', name: 'add', output: message },
    ]);
    expect(ended).toMatchObject([{ type: 'tool.completed', data: { callId: 'c', result: '3' } }]);
    expect(other.read(['messages', [message, META]])).toEqual([]);
  });

  it('never throws, whatever comes', () => {
    const modes = constantFrom('messages', 'updates', 'tasks', 'tools', 'custom', 'values', 'debug', 'odd');
    const chunk = constantFrom<unknown>(null, 1, 'x', [], {}, [null], { id: 1 }, { a: null }, [
      { content: [null] },
      null,
    ]);
    assert(
      property(modes, chunk, (mode, given) => {
        const graph = reader();
        graph.read([mode, given]);
        graph.read([[], mode, given]);
        graph.read(given);
      }),
    );
  });
});

describe('what a node writes', () => {
  it.each([
    [{ type: 'progress', fraction: 0.5 }, 'progress', { fraction: 0.5 }],
    [['progress', { fraction: 0.5 }], 'progress', { fraction: 0.5 }],
    [{ type: 'checkpoint', name: 'draft', data: { n: 1 } }, 'checkpoint', { name: 'draft', data: { n: 1 } }],
    [{ type: 'fraud check', risk: 1 }, 'custom:fraud_check', { risk: 1 }],
    [{ type: 'fraud', data: { risk: 1 } }, 'custom:fraud', { risk: 1 }],
    [{ type: 'custom:fraud', risk: 1 }, 'custom:fraud', { risk: 1 }],
    // Not what the type asks for, and not the business of an agent.
    [{ type: 'progress', fraction: 'half' }, 'custom:progress', { fraction: 'half' }],
    [{ type: 'complete', output: 1 }, 'custom:complete', { output: 1 }],
    [{ risk: 1 }, 'custom:langgraph', { risk: 1 }],
    ['plain', 'custom:langgraph', { value: 'plain' }],
    [{ type: '1', a: 1 }, 'custom:langgraph', { type: '1', a: 1 }],
  ])('%j is %s', (written, type, data) => {
    expect(fromWritten(written, { node: 'node', system: 'langgraph' })).toEqual({ type, data, node: 'node' });
  });
});

describe('stream modes', () => {
  it.each([
    ['all', ['values', 'messages', 'updates', 'tasks', 'tools', 'custom']],
    ['minimal', ['values']],
    ['chat', ['values', 'messages', 'updates', 'tasks']],
    ['token', ['values', 'messages']],
    ['step', ['values', 'updates', 'tasks']],
    ['progress', ['values', 'custom']],
    ['custom:fraud', ['values', 'custom']],
    ['tool.*', ['values', 'tools']],
    ['node.*', ['values', 'tasks']],
    ['llm.*', ['values', 'messages']],
  ])('of record %s', (record, modes) => expect(streamModesOf(parseFilter(record))).toEqual(modes));

  it('are asked for besides, once', () => {
    expect(streamModesOf(parseFilter('token'), ['debug', 'messages'])).toEqual([
      'values',
      'messages',
      'debug',
    ]);
    expect(MODES.map(({ mode }) => mode)).not.toContain('values');
  });
});

describe('paths of nodes', () => {
  it('are always such as an event may have', () => {
    assert(
      property(array(string()), string(), (namespace, node) => {
        checkNode(pathOf(namespace, node));
      }),
    );
    expect(pathOf(['plan:1-2', 'search:3'], 'find')).toBe('plan/search/find');
    expect(pathOf([])).toBeUndefined();
  });
});
