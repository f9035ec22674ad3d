import { describe, expect, it } from '@jest/globals';
import { gateStage, openGate, type StatementGate } from '../../src/control/gate-stage.ts';
import type { Proposal } from '../../src/event/proposal.ts';

function through(gate: StatementGate, proposals: readonly Proposal[]): Proposal[] {
  const passed: Proposal[] = [];
  let isComplete = false;
  const step = gateStage(gate)({ next: value => passed.push(value), complete: () => (isComplete = true) });
  for (const proposal of proposals) step.next(proposal);
  step.complete();
  expect(isComplete).toBe(true);
  return passed;
}

const proposal = (type: string, more: Partial<Proposal> = {}): Proposal => ({
  ...{ type, data: {}, at: 0, size: 10 },
  ...more,
});

describe('the gate in the pipe of a run', () => {
  const statements = [
    'token',
    'progress',
    'step',
    'checkpoint',
    'artifact',
    'action',
    'observation',
    'custom:x',
  ];
  const facts = ['started', 'complete', 'error', 'cancelled', 'status', 'ask', 'answer', 'control.decided'];
  const done = ['tool.called', 'tool.completed', 'node.failed', 'llm.response', 'unknown.type'];

  it('admits everything where nobody guards', () => {
    const all = [...statements, ...facts, ...done].map(type => proposal(type));
    expect(through(openGate, all)).toEqual(all);
  });

  it('asks about statements and replaces them; facts are not asked about', () => {
    const asked: string[] = [];
    const gate: StatementGate = type => judged => {
      asked.push(type);
      return { ...judged, data: { judged: true } };
    };
    const all = [...statements, ...facts, ...done].map(type => proposal(type));
    const passed = through(gate, [...all, proposal('token', { fact: true })]);
    expect(asked).toEqual(statements);
    expect(passed.filter(({ data }) => 'judged' in data).map(({ type }) => type)).toEqual(statements);
  });

  it('admits what the judge has nothing against', () => {
    const token = proposal('token');
    expect(through(() => () => undefined, [token])[0]).toBe(token);
  });
});
