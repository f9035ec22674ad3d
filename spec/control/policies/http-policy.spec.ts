import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { createGate } from '../../../src/control/create-gate.ts';
import type { Gate } from '../../../src/control/gate.ts';
import { httpPolicy, type HttpPolicyOptions } from '../../../src/control/policies/http-policy.ts';
import { policyLaws } from '../../../src/testing/policy-laws.ts';
import { ManualClock } from '../../../src/testing/manual-clock.ts';
import { describeLaws } from '../../support/describe-laws.ts';
import { until } from '../../support/settle.ts';
import { outcomeOf } from '../../run/actions/acting.ts';
import { contextOf, policyLab, toolCalled } from './policy-lab.ts';

type Answer = (response: ServerResponse, body: Record<string, unknown>) => void;

interface Service {
  readonly url: string;
  readonly requests: { headers: IncomingMessage['headers']; body: Record<string, unknown> }[];
  /** Requests whose client left before the answer. */
  left: number;
}

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

async function service(answer: Answer): Promise<Service> {
  const started: Service = { url: '', requests: [], left: 0 };
  const server = createServer((request, response) => {
    let text = '';
    request.setEncoding('utf8').on('data', (part: string) => (text += part));
    response.on('close', () => {
      if (!response.writableFinished) started.left++;
    });
    request.on('end', () => {
      const body = JSON.parse(text) as Record<string, unknown>;
      started.requests.push({ headers: request.headers, body });
      answer(response, body);
    });
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  closing.push(() => {
    server.closeAllConnections();
    return new Promise(resolve => server.close(() => resolve()));
  });
  return Object.assign(started, { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/judge` });
}

const json =
  (verdict: unknown): Answer =>
  response =>
    response.end(JSON.stringify(verdict));

const gateOf = (options: HttpPolicyOptions, clock = new ManualClock()): Gate =>
  createGate([httpPolicy({ clock, ...options })], { clock });

describe('httpPolicy', () => {
  describeLaws(policyLaws, {
    // Nobody is reached: it is asked about something else.
    make: clock => httpPolicy({ url: 'http://127.0.0.1:9/', clock, types: 'node.started' }),
    asked: [toolCalled(), toolCalled('b', '2')],
  });

  it('tells a service what it needs to know, and does what it says', async () => {
    const { url, requests } = await service((response, { subject }) => {
      const { tool } = (subject as { data: { tool: string } }).data;
      response.end(
        JSON.stringify(tool === 'shell' ? { signal: 'FAIL', reason: 'no shell' } : { signal: 'PROCEED' }),
      );
    });
    const gate = gateOf({ url, headers: { 'x-team': 'red' } });
    const context = contextOf({ threadId: 'thread', metadata: { user: 'ann' } });
    const shell = toolCalled('shell', '7', { a: 1 });
    expect(await gate.check(shell, context)).toEqual({
      signal: 'FAIL',
      reason: 'no shell',
      policy: 'httpPolicy',
    });
    expect(await gate.check(toolCalled('read'), context)).toEqual({ signal: 'PROCEED' });
    expect(requests[0]!.body).toEqual({
      ...{ subject: shell, context: { runId: 'run', tenantId: 'tenant', attempt: 1 } },
    });
    expect(requests[0]!.headers).toMatchObject({ 'x-team': 'red', 'content-type': 'application/json' });
  });

  it('sends no secrets', async () => {
    const canary = ['sk', 'live', 'a1b2c3d4e5f6'].join('-');
    const { url, requests } = await service(json({ signal: 'PROCEED' }));
    const { engine, act } = policyLab(clock => [httpPolicy({ url, clock })], { secrets: { KEY: canary } });
    await act(async ctx => ctx.tool('t', { key: canary }, () => 1));
    await engine.close();
    expect(requests).toHaveLength(1);
    expect(JSON.stringify(requests)).not.toContain(canary);
  });

  it.each<[string, Answer, RegExp]>([
    ['another status', response => response.writeHead(500).end('{"signal":"PROCEED"}'), /answered 500/],
    ['what is no JSON', response => response.end('PROCEED'), /no JSON/],
    ['what is no verdict', json({ signal: 'MAYBE' }), /expected PROCEED, SKIP/],
    ['nothing', response => response.end(), /no JSON/],
    ['a redirect', response => response.writeHead(302, { location: '/other' }).end(), /could not be reached/],
    ['too much', json({ signal: 'PROCEED', more: 'x'.repeat(70_000) }), /more than 65536 bytes/],
    ['a cut', response => response.destroy(), /could not be reached/],
  ])('is closed to %s, or open if it is told so', async (_, answer, reason) => {
    const { url } = await service(answer);
    expect(await gateOf({ url: `${url}?token=hidden` }).check(toolCalled(), contextOf())).toEqual({
      ...{ signal: 'ERROR', policy: 'httpPolicy', reason: expect.stringMatching(reason) },
    });
    const open = gateOf({ url, onError: 'open' });
    expect(await open.check(toolCalled(), contextOf())).toEqual({ signal: 'PROCEED' });
    expect(open.policies[0]!.errors).toBe(1);
  });

  it('waits no longer than its time, and leaves its request then', async () => {
    const slow = await service(() => undefined);
    const clock = new ManualClock();
    const gate = gateOf({ url: slow.url, timeout: 1_000 }, clock);
    const checked = gate.check(toolCalled(), contextOf());
    await until(() => slow.requests.length === 1);
    clock.advance(1_100);
    expect(await checked).toMatchObject({ signal: 'ERROR', reason: expect.stringContaining('1000 ms') });
    await until(() => slow.left === 1, 'the request to be left');
    expect(clock.pending).toBe(0);
  });

  it('leaves its request when the run is cancelled', async () => {
    const slow = await service(() => undefined);
    const { engine } = policyLab(clock => [httpPolicy({ url: slow.url, clock })]);
    const run = await engine.start(async ctx => ctx.tool('t', {}, () => 1));
    await until(() => slow.requests.length === 1);
    await run.cancel('enough');
    await until(() => slow.left === 1, 'the request to be left');
    expect(await outcomeOf(run.result)).toBe('threw RUN_CANCELLED');
    await engine.close();
  });

  it('keeps verdicts for a while, and so many', async () => {
    const { url, requests } = await service(json({ signal: 'PROCEED' }));
    const clock = new ManualClock();
    const gate = gateOf({ url, cache: { ttl: 1_000, max: 2 } }, clock);
    const check = async (tool: string, id: string, more = {}): Promise<number> => {
      await gate.check(toolCalled(tool, id), contextOf(more));
      return requests.length;
    };
    expect([await check('a', '1'), await check('a', '2')]).toEqual([1, 1]);
    expect(await check('a', '3', { tenantId: 'other' })).toBe(2);
    expect(await check('b', '4')).toBe(3);
    expect(await check('a', '5')).toBe(4);
    clock.advance(1_000);
    expect(await check('a', '6')).toBe(5);
  });

  it('keeps neither RETRY nor nonsense', async () => {
    for (const answer of [{ signal: 'RETRY', delay: 1 }, { signal: 'FAIL' }]) {
      const { url, requests } = await service(json(answer));
      const gate = gateOf({ url, cache: { ttl: 1_000 } });
      await gate.check(toolCalled(), contextOf());
      await gate.check(toolCalled(), contextOf());
      expect(requests).toHaveLength(2);
    }
  });

  it.each([
    [{ url: 'judge' }, /httpPolicy: url: expected an absolute address, got "judge"/],
    [{ url: 'file:///etc' }, /expected http: or https:, got file:/],
    [{ url: `http://u:${'pw'}@h/` }, /expected no user and password/],
    [{ url: 'http://h/', timeout: 0 }, /timeout/],
    [{ url: 'http://h/', headers: { 'a b': 'c' } }, /headers/],
    [{ url: 'http://h/', cache: {} }, /cache: ttl/],
    [{ url: 'http://h/', cache: { ttl: 1, max: 0 } }, /cache: max/],
    [{ url: 'http://h/', cache: { ttl: 1, key: 'x' } }, /cache: key/],
  ])('refuses %j', (options, message) => {
    expect(() => httpPolicy(options as unknown as HttpPolicyOptions)).toThrow(
      expect.objectContaining({ code: 'BAD_OPTION', message: expect.stringMatching(message) }),
    );
  });
});
