import { describe, expect, it } from '@jest/globals';
import { CallLedger } from '../../../src/control/policies/call-ledger.ts';
import { concurrencyLimit } from '../../../src/control/policies/concurrency-limit.ts';
import { createGate } from '../../../src/control/create-gate.ts';
import { contextOf, END, toolCalled } from './policy-lab.ts';

const refused = { type: 'control.decided', data: { policy: 'later', on: 'tool.called', subject: 'search' } };

function ledgerOf() {
  const ends: string[] = [];
  const ledger = new CallLedger<string>('mine', (held, end) => void ends.push(`${held} ${end}`));
  const tell = (type: string, callId = '1'): void =>
    void ledger.hear({ type, data: { callId, tool: 'search' } }, contextOf());
  return { ledger, ends, tell };
}

describe('CallLedger', () => {
  it('holds from the yes to the ending, whichever', () => {
    const { ledger, ends, tell } = ledgerOf();
    for (const id of ['1', '2', '3']) ledger.hold(toolCalled('search', id), contextOf(), id);
    tell('tool.called', '1');
    tell('tool.called', '2');
    tell('tool.completed', '2');
    tell('tool.failed', '1');
    void ledger.hear(END, contextOf({ tenantId: 'other' }));
    expect(ends).toEqual(['2 succeeded', '1 failed']);
    void ledger.hear(END, contextOf());
    expect(ends.slice(2)).toEqual(['3 refused']);
    expect(ledger.size).toBe(0);
  });

  it('keeps what was asked about again before the decision of before was heard', () => {
    const { ledger, ends } = ledgerOf();
    ledger.hold(toolCalled(), contextOf(), 'a');
    expect(ledger.isHeld(toolCalled(), contextOf())).toBe(true);
    void ledger.hear(refused, contextOf());
    expect(ends).toEqual([]);
    void ledger.hear(refused, contextOf());
    expect(ends).toEqual(['a refused']);
    expect(ledger.isHeld(toolCalled(), contextOf())).toBe(false);
  });

  it('goes by the call that a decision names, whichever of one tool was asked about first', () => {
    const { ledger, ends } = ledgerOf();
    for (const id of ['1', '2', '3']) ledger.hold(toolCalled('search', id), contextOf(), id);
    const about = (callId: string) => ({ ...refused, data: { ...refused.data, callId } });
    void ledger.hear(about('2'), contextOf());
    void ledger.hear(about('9'), contextOf());
    expect(ends).toEqual(['2 refused']);
    void ledger.hear(about('1'), contextOf());
    expect(ends).toEqual(['2 refused', '1 refused']);
    expect(ledger.size).toBe(1);
  });

  it('gives back what was given up while others made up their minds, or before', () => {
    const { ledger, ends, tell } = ledgerOf();
    const leaving = new AbortController();
    ledger.hold(toolCalled(), contextOf({ signal: leaving.signal }), 'a');
    leaving.abort();
    ledger.hold(toolCalled(), contextOf({ signal: leaving.signal }), 'b');
    expect(ends).toEqual(['a refused', 'b refused']);
    const late = new AbortController();
    ledger.hold(toolCalled(), contextOf({ signal: late.signal }), 'c');
    tell('tool.called');
    late.abort();
    expect(ends).toHaveLength(2);
  });

  it('keeps 10,000 that never begin, where nobody tells', () => {
    const { ledger, ends } = ledgerOf();
    for (let at = 0; at < 10_005; at++) {
      ledger.hold(toolCalled('search', String(at)), contextOf({ runId: `run${at}` }), String(at));
    }
    expect(ledger.size).toBe(10_000);
    expect(ends).toEqual([0, 1, 2, 3, 4].map(at => `${at} refused`));
  });
});

it('lets others wait in the place of who left the line', async () => {
  const gate = createGate([concurrencyLimit({ limit: 1, queue: 1 })]);
  await gate.check(toolCalled('t', '1'), contextOf());
  const leaving = new AbortController();
  const left = gate.check(toolCalled('t', '2'), contextOf({ signal: leaving.signal }));
  leaving.abort(new Error('left'));
  await expect(left).rejects.toThrow('left');
  const waiting = gate.check(toolCalled('t', '3'), contextOf());
  gate.tell(END, contextOf());
  expect(await waiting).toEqual({ signal: 'PROCEED' });
});
