import { describe, expect, it } from '@jest/globals';
import { emptyRun, foldRun, type RunEvent } from '../../src/client/index.ts';
import { timelineOf } from '../../src/dashboard/timeline-rows.ts';

type Said = readonly [type: string, data: object, node?: string | undefined];

const TIME = '2030-01-01T00:00:10.000Z';

function rowsOf(...said: readonly Said[]) {
  const events = said.map(([type, data, node], index) => ({
    ...{ id: `e.${index + 1}.0`, runId: 'r', tenantId: 't', seq: index + 1, type, data, time: TIME },
    ...(node !== undefined && { node }),
  }));
  return timelineOf((events as unknown as RunEvent[]).reduce(foldRun, emptyRun));
}

const lines = (...said: readonly Said[]) =>
  rowsOf(...said).map(({ depth, name }) => `${'>'.repeat(depth)}${name}`);
const started = (name: string, node: string): Said => ['node.started', { name, attempt: 1 }, node];
const called = (tool: string, node?: string): Said => ['tool.called', { callId: tool, tool, args: {} }, node];

describe('the rows of a timeline', () => {
  it('stand in the order in which things began', () => {
    expect(
      lines(called('a'), ['custom:note', {}], ['step', { name: 'b' }], ['tool.completed', { callId: 'a' }]),
    ).toEqual(['a', 'note', 'b']);
  });

  it('stand below the node that they are in, even if it goes on beside others', () => {
    expect(
      lines(
        started('plan', 'plan'),
        started('write', 'write'),
        called('fetch', 'plan'),
        started('search', 'plan/search'),
        called('save', 'write'),
        called('find', 'plan/search'),
      ),
    ).toEqual(['plan', '>fetch', '>search', '>>find', 'write', '>save']);
  });

  it('stand below the nearest node that is known', () => {
    expect(lines(called('a', 'lost/deep'), started('plan', 'plan'), called('b', 'plan/x/y'))).toEqual([
      'a',
      'plan',
      '>b',
    ]);
  });

  it('begin a step when it began, and not when it was told', () => {
    expect(rowsOf(['step', { name: 's', durationMs: 4_000 }])[0]?.startedAt).toBe('2030-01-01T00:00:06.000Z');
  });

  it('say what failed, which attempt it is, and what somebody saw', () => {
    const rows = rowsOf(
      called('fetch'),
      ['tool.failed', { callId: 'fetch', error: 'no answer' }],
      ['node.started', { name: 'n', attempt: 2 }, 'n'],
      ['observation', { kind: 'ran', content: 'exit 1', success: false }],
      ['custom:score', { value: 0.5, by: 'x' }],
    );
    expect(rows.map(({ state, detail }) => [state, detail])).toEqual([
      ['failed', 'no answer'],
      ['running', 'attempt 2 '],
      ['failed', 'exit 1'],
      ['done', '0.5 · x'],
    ]);
  });

  it('show the decision about a call beside it, and beside no other of the same tool', () => {
    const fetch = (callId: string): Said => ['tool.called', { callId, tool: 'fetch', args: { callId } }];
    const decision = {
      signal: 'RETRY',
      policy: 'patience',
      on: 'tool.failed',
      subject: 'fetch',
      callId: 'b',
    };
    const rows = rowsOf(
      fetch('a'),
      fetch('b'),
      ['control.decided', decision],
      ['node.started', { name: 'b' }, 'b'],
    );
    expect(rows.map(({ kind, detail }) => [kind, detail])).toEqual([
      ['tool', 'a'],
      ['tool', 'RETRY by patience b'],
      ['node', ''],
    ]);
  });

  it('are the same object inside for as long as nothing has changed', () => {
    const state = foldRun(emptyRun, {
      ...{ id: 'e.1.0', runId: 'r', tenantId: 't', seq: 1, time: TIME, type: 'custom:a', data: {} },
    });
    expect(timelineOf(state)[0]?.source).toBe(timelineOf(state)[0]?.source);
  });
});
