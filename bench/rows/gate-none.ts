import { createGate } from '../../src/control/create-gate.ts';
import { GateStage } from '../../src/control/gate-stage.ts';
import type { Proposal } from '../../src/event/proposal.ts';
import type { StepSink } from '../../src/operators/step.ts';
import { cpuPerOperation } from '../measure-cpu.ts';
import type { Row } from '../row.ts';

let passed = 0;

/** What the gate's place in the pipe costs events that nobody guards. */
export const gateNone: Row = {
  name: 'gate-none',
  what: 'gate stage of a run, a policy for `tool.*` alone, an event of another type',
  unit: 'ns',
  goal: { of: 'difference', atMost: 15 },
  against: 'the same pipe without the stage',
  base: () => pushing(sink()),
  ours: () => pushing(guarded(sink())),
  others: {},
};

function guarded(target: StepSink<Proposal>): StepSink<Proposal> {
  const gate = createGate([{ name: 'tools', types: 'tool.*', decide: () => ({ signal: 'PROCEED' }) }]);
  const host = {
    judging: () => {
      throw new Error('nobody is concerned');
    },
  };
  return new GateStage(gate, host, target);
}

function sink(): StepSink<Proposal> {
  return { next: proposal => void (passed += proposal.size), complete: () => undefined };
}

function pushing(target: StepSink<Proposal>): Promise<number> {
  const proposals: readonly Proposal[] = ['token', 'progress', 'step', 'custom:note'].map(type => ({
    ...{ type, data: {}, at: 0, size: 200, source: 'agent' as const },
  }));
  return cpuPerOperation(times => {
    for (let i = 0; i < times; i++) target.next(proposals[i & 3]!);
  });
}
