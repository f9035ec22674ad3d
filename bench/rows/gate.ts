import {
  createGate,
  type ExecutionContext,
  type Policy,
  type Matter,
  type Verdict,
} from '../../src/index.ts';
import { cpuPerOperation } from '../measure-cpu.ts';
import type { Row } from '../row.ts';

type Decide = (subject: Matter, context: ExecutionContext) => Verdict;

const POLICIES = 100;
const SUBJECTS = 4;
let heard = 0;

/** 100 policies that all let pass, asked about one thing. */
export const gateAll: Row = {
  name: 'gate-100',
  what: 'gate.ask: 100 synchronous policies, all of them asked, all let pass',
  unit: 'ns',
  goal: { of: 'ratio', atMost: 2 },
  against: 'a bare loop over 100 functions',
  base: () => looping(decides(POLICIES)),
  ours: () => asking(decides(POLICIES).map((decide, at) => ({ name: `p${at}`, decide }))),
  others: {},
};

/** 100 policies, of which 10 are concerned. */
export const gateTyped: Row = {
  name: 'gate-10-of-100',
  what: 'gate.ask: 10 of 100 synchronous policies concerned by the type',
  unit: 'ns',
  goal: { of: 'ratio', atMost: 2 },
  against: 'a bare loop over 10 functions',
  base: () => looping(decides(POLICIES / 10)),
  ours: () =>
    asking(
      decides(POLICIES).map((decide, at) => ({
        ...{ name: `p${at}`, decide },
        types: at % 10 === 0 ? 'tool.called' : `custom:t${at}`,
      })),
    ),
  others: {},
};

const PROCEED: Verdict = { signal: 'PROCEED' };
const fail = (reason: string): Verdict => ({ signal: 'FAIL', reason });

/** Different functions, as policies are: V8 would melt closures of one function into the bare loop. */
const MAKERS: readonly ((banned: string) => Decide)[] = [
  banned =>
    ({ data }) =>
      data['tool'] === banned ? fail('tool') : { signal: 'PROCEED' },
  banned =>
    ({ data }) =>
      data['callId'] === banned ? fail('call') : PROCEED,
  banned =>
    ({ node }) =>
      node === banned ? fail('node') : { signal: 'PROCEED' },
  banned =>
    ({ type }) =>
      type === banned ? fail('type') : PROCEED,
  banned =>
    (_, { tenantId }) =>
      tenantId === banned ? fail('tenant') : { signal: 'PROCEED' },
  banned =>
    (_, { attempt }) =>
      attempt > banned.length ? fail('attempt') : PROCEED,
  banned =>
    (_, { runId }) =>
      runId === banned ? fail('run') : { signal: 'PROCEED' },
  banned =>
    (_, { threadId }) =>
      threadId === banned ? fail('thread') : PROCEED,
];

function decides(count: number): readonly Decide[] {
  return Array.from({ length: count }, (_, at) => MAKERS[at % MAKERS.length]!(`never-${at}`));
}

function looping(functions: readonly Decide[]): Promise<number> {
  const { subjects, context } = questions();
  return cpuPerOperation(times => {
    for (let i = 0; i < times; i++) void (heard += loop(functions, subjects[i & 3]!, context).signal.length);
  });
}

function loop(functions: readonly Decide[], subject: Matter, context: ExecutionContext): Verdict {
  for (const decide of functions) {
    const verdict = decide(subject, context);
    if (verdict.signal !== 'PROCEED') return verdict;
  }
  return { signal: 'PROCEED' };
}

function asking(policies: readonly Policy[]): Promise<number> {
  const gate = createGate(policies);
  const { subjects, context } = questions();
  return cpuPerOperation(times => {
    for (let i = 0; i < times; i++) {
      const decision = gate.ask(subjects[i & 3]!, context);
      if ('signal' in decision) void (heard += decision.signal.length);
    }
  });
}

function questions(): { subjects: readonly Matter[]; context: ExecutionContext } {
  const context = { runId: 'r', tenantId: 't', attempt: 1, signal: new AbortController().signal };
  return {
    context,
    subjects: Array.from({ length: SUBJECTS }, () => ({
      type: 'tool.called',
      data: { tool: 'search', callId: 'c' },
    })),
  };
}
