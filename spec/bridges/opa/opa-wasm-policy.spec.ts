import { describe, expect, it } from '@jest/globals';
import { opaWasmPolicy, type OpaWasmPolicyOptions } from '../../../src/bridges/opa/opa-wasm-policy.ts';
import type { Matter } from '../../../src/control/execution-context.ts';
import { createGate } from '../../../src/control/create-gate.ts';
import { ManualClock } from '../../../src/testing/manual-clock.ts';
import { policyLaws } from '../../../src/testing/policy-laws.ts';
import { contextOf, policyLab, toolCalled } from '../../control/policies/policy-lab.ts';
import { describeLaws } from '../../support/describe-laws.ts';
import { opaBundle, opaModule } from './opa-module.ts';

const bundle = opaBundle({ 'data.json': '{"teams":["red"]}', 'policy.wasm': opaModule() });
const lawful = await opaWasmPolicy({ bundle });
const check = async (options: Partial<OpaWasmPolicyOptions>, args = {}): Promise<unknown> => {
  const gate = createGate([await opaWasmPolicy({ bundle, ...options })], { clock: new ManualClock() });
  return gate.check(toolCalled('shell', '1', args), contextOf());
};

describe('opaWasmPolicy', () => {
  describeLaws(policyLaws, {
    make: () => ({ ...lawful, types: 'node.started' }),
    asked: [toolCalled(), toolCalled('b', '2')],
  });

  it('runs the rules of a bundle, and of a module alone', async () => {
    for (const given of [bundle, opaModule()]) {
      expect(await check({ bundle: given }, { line: 'ls' })).toEqual({ signal: 'PROCEED' });
      expect(await check({ bundle: given }, { line: 'rm !' })).toEqual({
        ...{ signal: 'FAIL', reason: 'no !', policy: 'opaWasmPolicy' },
      });
    }
  });

  it('shows the rules what somebody wants them to see', async () => {
    const input = ({ data }: Matter): unknown => Object.keys(data['args'] as object);
    expect(await check({ input }, { line: 'rm !' })).toEqual({ signal: 'PROCEED' });
    expect(await check({ input }, { '!': 1 })).toMatchObject({ signal: 'FAIL' });
  });

  it('has room for an input that is larger than its memory', async () => {
    expect(await check({}, { line: 'x'.repeat(2_000_000) })).toEqual({ signal: 'PROCEED' });
    expect(await check({}, { line: `${'x'.repeat(2_000_000)}!` })).toMatchObject({ signal: 'FAIL' });
  });

  it.each([
    ['is not defined', 'demo/none', /demo\/none is not defined/],
    ['breaks', 'demo/trap', /unreachable/],
  ])('is closed where a rule %s, or open if it is told so', async (_, entrypoint, reason) => {
    expect(await check({ entrypoint })).toMatchObject({
      ...{ signal: 'ERROR', reason: expect.stringMatching(reason) },
    });
    expect(await check({ entrypoint, onError: 'open' })).toEqual({ signal: 'PROCEED' });
  });

  it('judges statements, since it answers at once', async () => {
    const { engine, act } = policyLab(() => [{ ...lawful, types: 'token' }]);
    const events = await act(ctx => ctx.emit('token', { content: 'stop!' }));
    expect(events.at(-1)).toMatchObject({ type: 'error', data: { code: 'VETOED' } });
    expect(events.map(({ type }) => type)).not.toContain('token');
    await engine.close();
  });

  it('sees no secrets', async () => {
    const canary = ['sk', 'live', 'a1b2!c3d4e5f6'].join('-');
    const { engine, act } = policyLab(() => [lawful], { secrets: { KEY: canary } });
    const events = await act(async ctx => ctx.tool('t', { key: canary }, () => 1));
    expect(events.at(-1)).toMatchObject({ type: 'complete' });
    await engine.close();
  });

  it.each<[string, Partial<OpaWasmPolicyOptions>, RegExp]>([
    [
      'bytes of another kind',
      { bundle: new Uint8Array([1, 2, 3]) },
      /a bundle of OPA as bytes, got neither gzip/,
    ],
    ['no rules', { bundle: opaBundle({ 'data.json': '{}' }) }, /no policy\.wasm.*opa build -t wasm/],
    ['broken data', { bundle: opaBundle({ 'policy.wasm': opaModule(), 'data.json': '{' }) }, /is no JSON/],
    ['half a module', { bundle: opaModule().subarray(0, 40) }, /expected rules of OPA/],
    [
      'an entry point it has not',
      { entrypoint: 'demo/other' },
      /one of demo\/allow, demo\/none, demo\/trap, got/,
    ],
    ['an input that is no function', { input: 'all' as never }, /input: expected a function/],
  ])('refuses %s', async (_, options, message) => {
    await expect(opaWasmPolicy({ bundle, ...options })).rejects.toMatchObject({
      ...{ code: 'BAD_OPTION', message: expect.stringMatching(message) },
    });
  });
});
