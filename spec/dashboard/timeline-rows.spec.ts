import { describe, expect, it } from '@jest/globals';
import { emptyRun, foldRun, type RunEvent } from '../../src/client/index.ts';
import { timelineOf } from '../../src/dashboard/timeline-rows.ts';
import type { RunView } from '../../src/http/run-view.ts';

type Said = readonly [type: string, data: object, node?: string | undefined, second?: number];

const timeAt = (second: number) => `2030-01-01T00:00:${second}.000Z`;

function stateOf(said: readonly Said[]) {
  const events = said.map(([type, data, node, second = 10], index) => ({
    ...{
      id: `e.${index + 1}.0`,
      runId: 'r',
      tenantId: 't',
      seq: index + 1,
      type,
      data,
      time: timeAt(second),
    },
    ...(node !== undefined && { node }),
  }));
  return (events as unknown as RunEvent[]).reduce(foldRun, emptyRun);
}

const rowsOf = (...said: readonly Said[]) => timelineOf(stateOf(said));

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

  it('stand below their wave, waves below their pipeline, and nodes of neither below the node around', () => {
    const inWave = (name: string, wave: number, node = name): Said => [
      ...(['node.started', { name, wave, attempt: 1 }, node] as const),
    ];
    expect(
      lines(
        ['pipeline.started', { name: 'letter', waves: 2, nodes: 3 }],
        ['wave.started', { index: 0, nodes: ['a', 'b'] }],
        inWave('a', 0),
        inWave('b', 0),
        called('fetch', 'a'),
        ['pipeline.started', { name: 'inner', waves: 0, nodes: 0 }, 'b'],
        ['wave.started', { index: 0, nodes: ['c'] }, 'b'],
        inWave('c', 0, 'b/c'),
        started('lone', 'lone'),
        ['wave.completed', { index: 0, durationMs: 1 }],
        ['wave.started', { index: 1, nodes: ['d'] }],
        inWave('d', 1),
        ['pipeline.completed', { name: 'letter', durationMs: 1_000 }, undefined, 11],
        [...started('after', 'after').slice(0, 3), 12] as unknown as Said,
      ),
    ).toEqual([
      ...['letter', '>Wave 1', '>>a', '>>>fetch', '>>b', '>>>inner', '>>>>Wave 1', '>>>>>c'],
      ...['>lone', '>Wave 2', '>>d', 'after'],
    ]);
  });

  it('stand at their time where they are runs of their own', () => {
    const child = (runId: string, second: number, status: 'completed' | 'running') =>
      ({ runId, agent: runId, status, createdAt: timeAt(second), eventsUrl: '' }) as unknown as RunView;
    const state = stateOf([called('a'), ['tool.called', { callId: 'b', tool: 'b', args: 1 }, undefined, 30]]);
    const rows = timelineOf(state, [child('late', 40, 'running'), child('mid', 20, 'completed')]);
    expect(rows.map(({ name, runId, marks }) => [name, runId, ...marks])).toEqual([
      ['a', undefined],
      ['mid', 'mid'],
      ['b', undefined],
      ['late', 'late', 'running'],
    ]);
  });

  it('say what failed and how long it took, which attempt it is, and what somebody saw', () => {
    const rows = rowsOf(
      called('fetch'),
      ['tool.failed', { callId: 'fetch', error: 'no answer' }, undefined, 12],
      ['node.started', { name: 'n', attempt: 2 }, 'n'],
      ['node.skipped', { name: 'm' }, 'm'],
      ['observation', { kind: 'ran', content: 'exit 1', success: false }],
      ['custom:score', { value: 0.5, by: 'x' }],
    );
    expect(
      rows.map(({ state, marks, detail, durationMs }) => [state, marks.join(), detail, durationMs]),
    ).toEqual([
      ['failed', 'failed', 'no answer', 2_000],
      ['running', 'attempt 2', '', undefined],
      ['skipped', 'skipped', '', undefined],
      ['failed', 'failed', 'exit 1', undefined],
      ['done', '', '0.5 · x', undefined],
    ]);
  });

  it('show the decision about a call beside it, and beside no other of the same tool', () => {
    const fetch = (callId: string): Said => ['tool.called', { callId, tool: 'fetch', args: { callId } }];
    const decision = {
      ...{ signal: 'RETRY', policy: 'patience', on: 'tool.failed', subject: 'fetch', callId: 'b' },
      reason: 'it is slow',
    };
    const rows = rowsOf(
      fetch('a'),
      fetch('b'),
      ['control.decided', decision],
      ['node.started', { name: 'b' }, 'b'],
    );
    expect(rows.map(({ kind, detail, verdict }) => [kind, detail, verdict])).toEqual([
      ['tool', 'a', ''],
      ['tool', 'b', 'RETRY by patience: it is slow'],
      ['node', '', ''],
    ]);
  });

  it('are the same object inside for as long as nothing has changed', () => {
    const state = foldRun(emptyRun, {
      ...{ id: 'e.1.0', runId: 'r', tenantId: 't', seq: 1, time: timeAt(10), type: 'custom:a', data: {} },
    });
    expect(timelineOf(state)[0]?.source).toBe(timelineOf(state)[0]?.source);
  });
});
