import { describe, expect, it } from '@jest/globals';
import { createGate } from '../../src/control/create-gate.ts';
import { GateStage } from '../../src/control/gate-stage.ts';
import type { Policy } from '../../src/control/policy.ts';
import type { JudgeHost } from '../../src/control/statement-judge.ts';
import { intakeData } from '../../src/event/intake.ts';
import type { Outcome, Proposal } from '../../src/event/proposal.ts';
import { knownSecrets } from '../../src/secrets/known-secrets.ts';

const PROCEED = { signal: 'PROCEED' } as const;

function stage(policies: readonly Policy[]) {
  const passed: Proposal[] = [];
  const vetoes: string[] = [];
  let isComplete = false;
  let isConcerned = false;
  const host: JudgeHost = {
    context: { runId: 'r', tenantId: 't', attempt: 1, signal: new AbortController().signal },
    secrets: knownSecrets({ KEY: 'hunter22' }),
    now: () => 7,
    intake: (type, data) => intakeData(data, type),
    veto: error => vetoes.push(`${error.code} ${error.message}`),
  };
  const step = new GateStage(
    createGate(policies),
    { judging: () => ((isConcerned = true), host) },
    { next: value => passed.push(value), complete: () => (isComplete = true) },
  );
  return {
    ...{ passed, vetoes, step },
    isComplete: () => isComplete,
    isConcerned: () => isConcerned,
    types: () => passed.map(({ type }) => type),
  };
}

const proposal = (type: string, more: Partial<Proposal> = {}): Proposal => ({
  ...{ type, data: {}, at: 0, size: 10 },
  ...more,
});

const token = (content: string): Proposal => proposal('token', { data: { content } });

describe('the gate in the pipe of a run', () => {
  const statements = [
    ...['token', 'progress', 'step', 'checkpoint', 'artifact', 'action', 'observation', 'custom:x'],
  ];
  const facts = ['started', 'complete', 'error', 'cancelled', 'status', 'ask', 'answer', 'control.decided'];
  const done = ['tool.called', 'tool.completed', 'node.failed', 'llm.response', 'unknown.type'];
  const all = [...statements, ...facts, ...done].map(type => proposal(type));

  it('passes everything as it is where no policy is concerned, and makes no judge', () => {
    const { passed, step, isComplete, isConcerned } = stage([
      { name: 'other', types: 'custom:other', decide: () => PROCEED },
    ]);
    for (const one of all) step.next(one);
    step.complete();
    expect(passed.every((one, at) => one === all[at])).toBe(true);
    expect([passed.length, isComplete(), isConcerned()]).toEqual([all.length, true, false]);
  });

  it('asks about statements and about nothing else', () => {
    const asked: string[] = [];
    const { passed, step } = stage([{ name: 'all', decide: ({ type }) => (asked.push(type), PROCEED) }]);
    for (const one of all) step.next(one);
    step.next(proposal('token', { fact: true }));
    expect(asked).toEqual(statements);
    expect(passed.slice(0, -1)).toEqual(all);
  });

  it('says each decision before what it let through', () => {
    const { passed, step, isComplete } = stage([
      {
        name: 'soften',
        types: 'token',
        decide: ({ data }) =>
          data['content'] === 'bad'
            ? { signal: 'FALLBACK', value: { content: 'good hunter22' }, reason: 'found hunter22' }
            : data['content'] === 'none'
              ? { signal: 'SKIP' }
              : PROCEED,
      },
    ]);
    const outcomes: Outcome[] = [];
    const receipt = { settle: (outcome: Outcome) => void outcomes.push(outcome), fail: () => undefined };
    step.next(token('a'));
    step.next({ ...token('bad'), node: 'n' });
    step.next({ ...token('none'), receipt });
    step.next(token('b'));
    step.complete();
    expect(passed.map(({ type, data }) => [type, data])).toEqual([
      ['token', { content: 'a' }],
      [
        'control.decided',
        { policy: 'soften', signal: 'FALLBACK', on: 'token', subject: 'n', reason: 'found <secret:KEY>' },
      ],
      ['token', { content: 'good <secret:KEY>' }],
      ['control.decided', { policy: 'soften', signal: 'SKIP', on: 'token', subject: '' }],
      ['token', { content: 'b' }],
    ]);
    expect(passed[1]).toMatchObject({ fact: true, source: 'runtime', at: 7 });
    expect([outcomes, isComplete()]).toEqual([[{ outcome: 'skipped' }], true]);
  });

  it('lets nothing more be said behind a veto; facts pass', () => {
    const errors: unknown[] = [];
    const { step, types, vetoes } = stage([
      { name: 'no', types: 'token', decide: () => ({ signal: 'FAIL', reason: 'hunter22 is said' }) },
    ]);
    const outcomes: Outcome[] = [];
    step.next({
      ...token('x'),
      receipt: { settle: () => undefined, fail: error => void errors.push(error) },
    });
    step.next({ ...token('y'), receipt: { settle: o => void outcomes.push(o), fail: () => undefined } });
    step.next(proposal('step'));
    step.next(proposal('tool.failed'));
    step.next(proposal('error', { fact: true, final: true }));
    expect(types()).toEqual(['control.decided', 'tool.failed', 'error']);
    expect(vetoes).toEqual(['VETOED token: vetoed by policy "no": <secret:KEY> is said']);
    expect(errors).toMatchObject([{ code: 'VETOED', details: { policy: 'no', on: 'token' } }]);
    expect(outcomes).toEqual([{ outcome: 'ended' }]);
  });

  it.each<[string, () => unknown, string]>([
    ['RETRY', () => ({ signal: 'RETRY', delay: 0 }), 'RETRY: a statement cannot be asked about again'],
    ['a promise', () => Promise.resolve(PROCEED), 'answered later'],
    ['a rejected promise', () => Promise.reject(new Error('x')), 'answered later'],
    ['a replacement that is no object', () => ({ signal: 'FALLBACK', value: 'x' }), 'expected an object'],
  ])('takes %s for a fault of the policy', (_, answer, reason) => {
    for (const onError of ['closed', 'open'] as const) {
      const asked: string[] = [];
      const { step, types, vetoes } = stage([
        { name: 'broken', types: 'token', onError, decide: () => answer() as never },
        { name: 'next', decide: () => (asked.push('next'), PROCEED) },
      ]);
      step.next(token('x'));
      if (onError === 'open') expect([types(), vetoes, asked]).toEqual([['token'], [], ['next']]);
      else {
        expect([types(), asked]).toEqual([['control.decided'], []]);
        expect(vetoes).toEqual([
          expect.stringContaining('POLICY_ERROR token: stopped, since policy "broken" broke'),
        ]);
        expect(vetoes[0]).toContain(reason);
      }
    }
  });

  it('lets policies hear what is said and what happens, the end too, in order and once', () => {
    const heard: unknown[] = [];
    const { step } = stage([
      {
        name: 'listener',
        types: 'token',
        decide: ({ data }) =>
          data['content'] === 'x' ? { signal: 'SKIP' } : { signal: 'FALLBACK', value: { content: 'said' } },
        observes: ['token', 'tool.*'],
        observe: ({ type, data }) => void heard.push([type, data['content']]),
      },
      {
        name: 'thrower',
        decide: () => PROCEED,
        observe: () => {
          throw new Error('deaf');
        },
      },
    ]);
    for (const one of [token('x'), token('y'), proposal('step'), proposal('tool.called')]) step.next(one);
    step.next(proposal('complete', { final: true }));
    step.hearEnd({ type: 'error', data: {} });
    expect(heard).toEqual([
      ['control.decided', undefined],
      ['control.decided', undefined],
      ['token', 'said'],
      ['tool.called', undefined],
      ['complete', undefined],
    ]);
  });

  it('lets policies hear of an end that no event tells', () => {
    const heard: string[] = [];
    const { step, passed } = stage([
      {
        name: 'a',
        types: 'token',
        decide: () => PROCEED,
        observes: 'token',
        observe: s => void heard.push(s.type),
      },
    ]);
    step.hearEnd({ type: 'error', data: {} });
    step.hearEnd({ type: 'error', data: {} });
    expect([heard, passed]).toEqual([['error'], []]);
  });
});
