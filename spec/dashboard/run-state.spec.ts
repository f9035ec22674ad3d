import { describe, expect, it } from '@jest/globals';
import type { RunEvent } from '../../src/event/run-event.ts';
import { RunState } from '../../src/dashboard/run-state.ts';

function stateOf(...events: (readonly [type: string, data: object, more?: object])[]): RunState {
  const state = new RunState();
  events.forEach(([type, data, more], index) =>
    state.take({
      ...{ id: `e.${index + 1}.0`, runId: 'r', tenantId: 't', seq: index + 1, type, data },
      ...{ time: '2026-01-01T00:00:00.000Z', ...more },
    } as RunEvent),
  );
  return state;
}

const activities = (state: RunState) =>
  [...state.activities.values()].map(({ name, state }) => `${name} ${state}`);

describe('what the events of a run add up to', () => {
  it.each([
    [[], 'accepted'],
    [[['started', { agent: 'a' }]], 'running'],
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
  ] as const)('%j is %s', (events, status) => {
    expect(stateOf(...events).status).toBe(status);
  });

  it('closes questions at the end', () => {
    const state = stateOf(['ask', { askId: 'q', question: '?' }], ['cancelled', {}, { final: true }]);
    expect(state.asks.size).toBe(0);
  });

  it('hands text out once', () => {
    const state = stateOf(['token', { content: 'a' }], ['token', { content: 'b' }]);
    expect([state.takeText(), state.takeText()]).toEqual(['ab', '']);
  });

  it('joins what begins and what ends', () => {
    const state = stateOf(
      ['tool.called', { callId: '1', tool: 'fetch', args: {} }],
      ['tool.called', { callId: '2', tool: 'save', args: {} }],
      ['tool.failed', { callId: '1', error: 'no' }],
      ['node.started', { name: 'plan', attempt: 1 }],
      ['node.completed', { name: 'plan', durationMs: 1 }],
      ['llm.prompt', { callId: '1', model: 'm', messages: [] }],
      ['step', { name: 'sum' }],
    );
    expect(activities(state)).toEqual(['fetch failed', 'save running', 'plan done', 'm running', 'sum done']);
  });

  it('forgets the oldest activities, and counts all', () => {
    const state = stateOf(
      ...Array.from({ length: 500 }, (_, index) => ['step', { name: `${index}` }] as const),
    );
    expect(state.activities.size).toBe(120);
    expect(state.activityCount).toBe(500);
    expect(activities(state).at(-1)).toBe('499 done');
  });

  it('counts what was trimmed before it could be seen', () => {
    const state = stateOf(['token', { content: 'a' }]);
    state.take({ notice: 'gap', runId: 'r', reason: 'trimmed', from: 2, to: 4, cursor: 'e.4.0' });
    expect([state.seen, state.missed]).toEqual([1, 3]);
  });
});
