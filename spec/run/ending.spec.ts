import { describe, expect, it } from '@jest/globals';
import { SluiceError } from '../../src/errors/sluice-error.ts';
import { completed, failed, stopped } from '../../src/run/ending.ts';
import { cancelled } from '../../src/run/stop.ts';
import { knownSecrets } from '../../src/secrets/known-secrets.ts';
import { thrownBy } from '../support/code-of.ts';
import { broken, collect } from '../support/collect.ts';
import { runLab } from '../support/run-lab.ts';

const rules = { runId: 'r', eventBytes: 4_096, secrets: knownSecrets({ KEY: 'hunter22' }) };

describe('the end of a run', () => {
  it.each<[string, unknown, object]>([
    ['nothing', undefined, { durationMs: 5 }],
    ['null', null, { output: null, durationMs: 5 }],
    ['a value', { a: [1] }, { output: { a: [1] }, durationMs: 5 }],
    ['what has a toJSON', new Date(0), { output: '1970-01-01T00:00:00.000Z', durationMs: 5 }],
    ['too much', 'x'.repeat(5_000), { output: { truncated: true, bytes: 5_002 }, durationMs: 5 }],
  ])('tells an output of %s', (_, value, data) => {
    const ending = completed(rules, value, 5);
    expect([ending.type, ending.data]).toEqual(['complete', data]);
    expect(ending.outcome).toEqual({ ok: true, value });
    expect(ending.size * 6 + 512).toBeGreaterThan(JSON.stringify(ending.data).length);
  });

  it.each<[string, unknown]>([
    ['a function', () => 1],
    ['a bigint', 1n],
    ['what throws when it is read', { toJSON: () => JSON.parse('{') as unknown }],
  ])('is BAD_OUTPUT for %s', (_, value) => {
    expect(completed(rules, value, 5)).toMatchObject({ type: 'error', data: { code: 'BAD_OUTPUT' } });
  });

  it.each<[string, unknown, readonly string[]]>([
    ['an Error', new TypeError('x'), ['AGENT_ERROR', 'x', 'TypeError']],
    ['a text', 'text', ['AGENT_ERROR', 'text', 'string']],
    ['nothing', undefined, ['AGENT_ERROR', 'undefined', 'undefined']],
    ['null', null, ['AGENT_ERROR', 'null', 'object']],
    ['a symbol', Symbol('s'), ['AGENT_ERROR', 'Symbol(s)', 'symbol']],
    ['an object without a prototype', Object.create(null), ['AGENT_ERROR', 'unprintable error', 'Error']],
    ['a getter that throws', hostile(), ['AGENT_ERROR', 'unprintable error', 'Error']],
    ['a revoked proxy', revoked(), ['AGENT_ERROR', 'unprintable error', 'Error']],
    ['an error of ours', new SluiceError('ASK_TIMEOUT', 'm'), ['ASK_TIMEOUT', 'm', 'SluiceError']],
    [
      'what looks like one',
      { name: 'SluiceError', code: 'MADE_UP', message: 'm' },
      ['AGENT_ERROR', 'm', 'SluiceError'],
    ],
  ])('tells %s that was thrown', (_, thrown, [code, message, errorType]) => {
    const { type, data, outcome } = failed(rules, thrown);
    expect([type, data]).toEqual(['error', { code, message, errorType, recoverable: false }]);
    expect(outcome.ok ? undefined : [outcome.error.code, outcome.error.cause === thrown]).toEqual([
      'RUN_FAILED',
      true,
    ]);
  });

  it('comes for every thrown value, and nothing is left unheard', () => {
    for (const thrown of [hostile(), revoked(), Object.create(null)]) {
      const { run, actor } = runLab();
      const seen = collect(run);
      actor.begin({}, 0);
      actor.end.fail(thrown);
      expect(broken(seen)).toBeUndefined();
    }
  });

  it('masks a long message before it cuts it: half a secret would not be found', () => {
    for (let at = 16_377; at <= 16_384; at++) {
      const { data } = failed(rules, new Error(`${'x'.repeat(at)}hunter22`));
      expect((data['message'] as string).length).toBeLessThanOrEqual(16_384);
      expect((data['message'] as string).slice(-16)).not.toContain('h');
    }
  });

  it('tells why it was stopped, and whether it had to be forced', () => {
    expect(stopped(rules, cancelled('why'), false).data).toEqual({ reason: 'why' });
    expect(stopped(rules, cancelled(undefined), true).data).toEqual({ forced: true });
    expect(stopped(rules, { end: 'error', code: 'MAX_DURATION', message: 'm' }, true)).toMatchObject({
      ...{ type: 'error', isForced: true },
      data: { code: 'MAX_DURATION', message: 'm' },
    });
  });

  it.each([5, null, {}, new Error('x'), 'x'.repeat(16_385)])('takes no reason that is none: %p', reason => {
    expect(thrownBy(() => cancelled(reason))).toBe('BAD_OPTION');
  });
});

function hostile(): object {
  return {
    get name(): string {
      throw new Error('name');
    },
    get message(): string {
      throw new Error('message');
    },
  };
}

function revoked(): object {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
}
