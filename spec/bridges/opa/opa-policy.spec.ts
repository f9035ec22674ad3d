import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { opaPolicy, type OpaPolicyOptions } from '../../../src/bridges/opa/opa-policy.ts';
import { createGate } from '../../../src/control/create-gate.ts';
import type { Decision } from '../../../src/control/verdict.ts';
import { ManualClock } from '../../../src/testing/manual-clock.ts';
import { policyLaws } from '../../../src/testing/policy-laws.ts';
import { contextOf, policyLab, toolCalled } from '../../control/policies/policy-lab.ts';
import { describeLaws } from '../../support/describe-laws.ts';
import { until } from '../../support/settle.ts';

type Answer = (response: ServerResponse, input: unknown) => void;

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

/** The data API of OPA, as https://www.openpolicyagent.org/docs/latest/rest-api/ describes it. */
async function opa(answer: Answer) {
  const asked: { path: string; input: unknown }[] = [];
  const server = createServer((request, response) => {
    let text = '';
    request.setEncoding('utf8').on('data', (part: string) => (text += part));
    request.on('end', () => {
      const { input } = JSON.parse(text) as { input: unknown };
      asked.push({ path: `${request.method} ${request.url}`, input });
      answer(response, input);
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  closing.push(() => {
    server.closeAllConnections();
    return once(server.close(), 'close');
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked };
}

const says =
  (result: unknown): Answer =>
  response =>
    response.end(JSON.stringify({ decision_id: 'd1', result }));

const check = (options: OpaPolicyOptions, clock = new ManualClock()): Promise<Decision> =>
  createGate([opaPolicy({ clock, ...options })], { clock }).check(toolCalled('shell'), contextOf());

describe('opaPolicy', () => {
  describeLaws(policyLaws, {
    // Nobody is reached: it is asked about something else.
    make: clock => opaPolicy({ url: 'http://127.0.0.1:9/', path: 'a', clock, types: 'node.started' }),
    asked: [toolCalled(), toolCalled('b', '2')],
  });

  it('asks for a document, about the subject and whose it is', async () => {
    const { url, asked } = await opa(says(true));
    expect(await check({ url: `${url}/behind/`, path: 'agents/the tools/allow' })).toEqual({
      signal: 'PROCEED',
    });
    expect(asked).toEqual([
      {
        path: 'POST /behind/v1/data/agents/the%20tools/allow',
        input: {
          subject: toolCalled('shell'),
          context: { runId: 'run', tenantId: 'tenant', attempt: 1 },
        },
      },
    ]);
    await check({ url, path: 'a', input: ({ type }) => ({ type }) });
    expect(asked[1]!.input).toEqual({ type: 'tool.called' });
  });

  it.each<[unknown, Decision['signal'], string]>([
    [true, 'PROCEED', ''],
    [false, 'FAIL', 'denied by tools/rule'],
    [[], 'PROCEED', ''],
    [['no shell', 'not now'], 'FAIL', 'no shell; not now'],
    [{ allow: true }, 'PROCEED', ''],
    [{ allow: false, reason: 'why' }, 'FAIL', 'why'],
    [{ allow: true, deny: ['but'] }, 'FAIL', 'but'],
    [{ deny: [] }, 'PROCEED', ''],
    [{ signal: 'SKIP', reason: 'idle' }, 'SKIP', 'idle'],
    [undefined, 'ERROR', 'tools/rule is not defined'],
    [null, 'ERROR', 'null'],
    ['yes', 'ERROR', 'string'],
    [[1], 'ERROR', 'texts'],
    [{ allow: 'yes' }, 'ERROR', 'neither'],
    [{ allow: 'yes', deny: [] }, 'ERROR', 'neither'],
    [{ signal: 'MAYBE' }, 'ERROR', 'expected PROCEED'],
    [{}, 'ERROR', 'neither'],
  ])('takes %j for %s', async (result, signal, reason) => {
    const { url } = await opa(says(result));
    const decision = await check({ url, path: 'tools/rule' });
    expect(decision.signal).toBe(signal);
    if (reason !== '') expect(decision).toMatchObject({ reason: expect.stringContaining(reason) });
  });

  it.each<[string, Answer]>([
    ['fails', response => response.writeHead(500).end('{"code":"internal_error"}')],
    ['refuses the input', response => response.writeHead(400).end('{"code":"invalid_parameter"}')],
    ['leaves', response => response.destroy()],
    ['says nothing of use', response => response.end('[]')],
  ])('is closed where OPA %s, or open if it is told so', async (_, answer) => {
    const { url } = await opa(answer);
    expect(await check({ url, path: 'a' })).toMatchObject({ signal: 'ERROR' });
    expect(await check({ url, path: 'a', onError: 'open' })).toEqual({ signal: 'PROCEED' });
  });

  it('is closed where OPA is late', async () => {
    const { url, asked } = await opa(() => undefined);
    const clock = new ManualClock();
    const checked = check({ url, path: 'a', timeout: 500 }, clock);
    await until(() => asked.length === 1);
    clock.advance(600);
    expect(await checked).toMatchObject({ signal: 'ERROR', reason: expect.stringContaining('500 ms') });
  });

  it('keeps verdicts for a while', async () => {
    const { url, asked } = await opa(says(true));
    const clock = new ManualClock();
    const gate = createGate([opaPolicy({ url, path: 'a', clock, cache: { ttl: 1_000 } })], { clock });
    for (const id of ['1', '2', '3']) await gate.check(toolCalled('shell', id), contextOf());
    expect(asked).toHaveLength(1);
    clock.advance(1_000);
    await gate.check(toolCalled('shell', '4'), contextOf());
    expect(asked).toHaveLength(2);
  });

  it('stands before the tools of a run, and sees no secrets', async () => {
    const canary = ['sk', 'live', 'a1b2c3d4e5f6'].join('-');
    const { url, asked } = await opa((response, input) =>
      says(!JSON.stringify(input).includes('rm -rf'))(response, input),
    );
    const { engine, act } = policyLab(clock => [opaPolicy({ url, path: 'a', clock })], {
      secrets: { KEY: canary },
    });
    let calls = 0;
    const events = await act(async ctx => {
      await ctx.tool('shell', { line: 'ls', key: canary }, () => calls++);
      await ctx.tool('shell', { line: 'rm -rf /' }, () => calls++);
    });
    expect([calls, events.at(-1)!.type]).toEqual([1, 'error']);
    expect(JSON.stringify(asked)).not.toContain(canary);
    await engine.close();
  });

  it.each([
    [{ url: 'opa' }, /opaPolicy: url: expected an absolute address/],
    [{ path: '' }, /opaPolicy: path: expected names/],
    [{ path: '/allow' }, /opaPolicy: path/],
    [{ path: 'a?b' }, /opaPolicy: path/],
    [{ input: {} }, /opaPolicy: input/],
    [{ timeout: -1 }, /opaPolicy: timeout/],
  ])('refuses %j', (options, message) => {
    const given = { url: 'http://h/', path: 'a', ...options } as unknown as OpaPolicyOptions;
    expect(() => opaPolicy(given)).toThrow(
      expect.objectContaining({ code: 'BAD_OPTION', message: expect.stringMatching(message) }),
    );
  });
});
