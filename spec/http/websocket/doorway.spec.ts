import { describe, expect, it } from '@jest/globals';
import type { Principal } from '../../../src/http/auth/principal.ts';
import type { HandlerOptions } from '../../../src/http/options.ts';
import type { AuditEvent } from '../../../src/http/visits/audit-event.ts';
import type { RequestReport } from '../../../src/http/visits/request-report.ts';
import { CLOSE_CODES } from '../../../src/http/websocket/socket-protocol.ts';
import { ManualClock } from '../../../src/testing/manual-clock.ts';
import { until, untilAsked } from '../../support/settle.ts';
import { posted } from '../adapters.ts';
import { rawRequest } from '../raw-request.ts';
import { UPGRADING, socketLab } from './socket-lab.ts';

const WHO: Readonly<Record<string, Principal>> = {
  ours: { subject: 'us', tenantId: 'ours', scopes: ['read'] },
  theirs: { subject: 'them', tenantId: 'theirs', scopes: ['read'] },
  writer: { subject: 'writer', tenantId: 'ours', scopes: ['write'] },
  single: { subject: 'one run', tenantId: 'ours', scopes: ['read'], runIds: ['run'] },
};
const authorize: HandlerOptions['authorize'] = ({ header }) =>
  WHO[header('authorization')?.replace(/^Bearer /, '') ?? ''];
const as = (who: string, headers: Record<string, string> = {}) => ({
  headers: { authorization: `Bearer ${who}`, ...headers },
});

describe.each(Object.entries(UPGRADING))('who may open a WebSocket of %s', (_, serve) => {
  const lab = socketLab(serve);
  const refusal = async (path?: string, options?: object): Promise<{ status: number; code: string }> => {
    const error = (await lab.open(path, options).then(
      () => expect('opened').toBe('refused'),
      (refused: unknown) => refused,
    )) as { status: number; message: string };
    const { code } = JSON.parse(error.message) as { code: string };
    return { status: error.status, code };
  };

  it('is who has a credential with its scope', async () => {
    await lab.begin({ authorize });
    expect(await refusal()).toEqual({ status: 401, code: 'UNAUTHENTICATED' });
    expect(await refusal('/ws', as('nobody'))).toEqual({ status: 401, code: 'UNAUTHENTICATED' });
    expect(await refusal('/ws', as('writer'))).toEqual({ status: 403, code: 'FORBIDDEN' });
    expect(await refusal('/socket', as('ours'))).toEqual({ status: 404, code: 'NOT_FOUND' });
    await lab.open('/ws', as('ours'));
  });

  it('are pages of this site, and of those that are named', async () => {
    const url = await lab.begin({ cors: { origins: ['https://app.example.com'] } });
    const from = (origin: string) => ({ headers: { origin } });
    for (const origin of ['https://evil.example.com', 'null', 'https://app.example.com.evil.org', '*']) {
      expect(await refusal('/ws', from(origin))).toEqual({ status: 403, code: 'FORBIDDEN_ORIGIN' });
    }
    expect(await refusal('/ws', { headers: { host: 'rebound.example.com' } })).toMatchObject({
      code: 'FORBIDDEN_ORIGIN',
    });
    await lab.open('/ws', from('https://app.example.com'));
    await lab.open('/ws', from(url));
    await lab.open();
  });

  it('is who has a session, unless a page of another site has brought it', async () => {
    const cors = { origins: ['https://app.example.com'] };
    const url = await lab.begin({ authorize, cors });
    const signedIn = await fetch(`${url}/session`, { ...posted({}), ...as('ours') });
    const cookie = signedIn.headers.get('set-cookie')!.split(';')[0]!;
    await lab.engine.open({ id: 'run', tenantId: 'ours' });
    const client = await lab.open('/ws', { headers: { cookie } });
    client.say({ type: 'subscribe', runId: 'run' });
    await client.has('event');
    await lab.open('/ws', { headers: { cookie, origin: url } });
    const other = { headers: { cookie, origin: cors.origins[0]! } };
    expect(await refusal('/ws', other)).toEqual({ status: 401, code: 'UNAUTHENTICATED' });
    await lab.server.close();
    await lab.engine.close();
    await lab.begin({ authorize, cors: { ...cors, credentials: true }, grants: {} });
    const again = await fetch(`${lab.server.url}/session`, { ...posted({}), ...as('ours') });
    const own = again.headers.get('set-cookie')!.split(';')[0]!;
    await lab.open('/ws', { headers: { cookie: own, origin: cors.origins[0]! } });
  });

  it('is who has a ticket, once, for the runs it names', async () => {
    const url = await lab.begin({ authorize });
    await lab.engine.open({ id: 'run', tenantId: 'ours' });
    await lab.engine.open({ id: 'other', tenantId: 'ours' });
    const ticket = async (who: string, body: object = {}): Promise<string> => {
      const answer = await fetch(`${url}/tickets`, { ...posted(body, as(who).headers) });
      return ((await answer.json()) as { ticket: string }).ticket;
    };
    const path = `/ws?ticket=${await ticket('ours', { runIds: ['run'] })}`;
    for (const client of [await lab.open(path), await lab.open('/ws', as('single'))]) {
      client.say({ type: 'subscribe', runId: 'run' });
      await client.has('event', 1, 'run');
      client.say({ type: 'subscribe', runId: 'other' });
      expect(await client.has('error', 1, 'other')).toMatchObject({ code: 'RUN_NOT_FOUND' });
    }
    expect(await refusal(path)).toEqual({ status: 401, code: 'UNAUTHENTICATED' });
    await lab.open(`/ws?ticket=${await ticket('ours')}`);
  });

  it('sees no run of others: not in a byte', async () => {
    await lab.begin({ authorize });
    const writer = await lab.engine.open({ id: 'theirs', tenantId: 'theirs' });
    writer.token('private');
    const client = await lab.open('/ws', as('ours'));
    const said: string[] = [];
    client.webSocket.on('message', data => said.push((data as Buffer).toString()));
    const cursors = [
      'start',
      'now',
      5,
      `${(await lab.engine.events.tip('theirs', { tenantId: 'theirs' })).cursor}`,
    ];
    for (const after of cursors) {
      for (const runId of ['theirs', 'absent']) {
        client.say({ type: 'subscribe', runId, after });
        await client.has('error', client.all('error').length + 1);
      }
    }
    const requests = said.map(text => text.replaceAll('absent', 'theirs'));
    expect(new Set(requests).size).toBe(1);
    expect(requests).toHaveLength(8);
    expect(requests[0]).not.toContain('private');
    const owner = await lab.open('/ws', as('theirs'));
    owner.say({ type: 'subscribe', runId: 'theirs' });
    await owner.has('event', 1);
  });

  it('is shown out when the credential expires', async () => {
    const clock = new ManualClock();
    const expiresAt = clock.now() + 60_000;
    await lab.begin({ clock, heartbeat: 3_600_000, authorize: () => ({ ...WHO.ours!, expiresAt }) });
    await lab.engine.open({ id: 'run', tenantId: 'ours' });
    const client = await lab.open();
    client.say({ type: 'subscribe', runId: 'run' });
    await client.has('event', 1);
    clock.advance(61_000);
    expect((await client.closed).code).toBe(CLOSE_CODES.expired);
    expect(client.all('bye')).toHaveLength(1);
    expect(await refusal()).toEqual({ status: 401, code: 'UNAUTHENTICATED' });
  });

  it('has as many sockets and subscriptions as a tenant may have connections', async () => {
    await lab.begin({ authorize, limits: { tenantConnections: 4 } });
    await lab.engine.open({ id: 'run', tenantId: 'ours' });
    const [client, other] = [await lab.open('/ws', as('ours')), await lab.open('/ws', as('ours'))];
    for (const id of ['a', 'b', 'c']) client.say({ type: 'subscribe', runId: 'run', id });
    await client.has('event', 2);
    expect(await client.has('error')).toMatchObject({ id: 'c', code: 'TOO_MANY_REQUESTS', status: 429 });
    expect(await refusal('/ws', as('ours'))).toEqual({ status: 429, code: 'TOO_MANY_REQUESTS' });
    await lab.open('/ws', as('theirs'));
    client.say({ type: 'unsubscribe', id: 'a' });
    await client.has('end', 1, 'a');
    client.say({ type: 'subscribe', runId: 'run', id: 'c' });
    await client.has('event', 1, 'c');
    other.webSocket.close();
    await untilAsked(async () => (await lab.open('/ws', as('ours')).catch(() => undefined)) !== undefined);
  });

  it('is told of: sockets, subscriptions and refusals', async () => {
    const reports: RequestReport[] = [];
    const deeds: AuditEvent[] = [];
    const admin = { subject: 'root', tenantId: 'ours', scopes: ['admin'] } as const;
    const url = await lab.begin({
      authorize: request => (request.header('authorization') === 'Bearer root' ? admin : authorize(request)),
      ...{ onRequest: report => reports.push(report), audit: deed => deeds.push(deed) },
    });
    const writer = await lab.engine.open({ id: 'run', tenantId: 'ours' });
    await refusal();
    const client = await lab.open('/ws', as('ours', { 'x-request-id': 'trace-1' }));
    client.say({ type: 'subscribe', runId: 'run' });
    client.say({ type: 'subscribe', runId: 'absent' });
    await client.has('event', 1);
    await client.has('error', 1);
    const metrics = async (): Promise<string> => (await fetch(`${url}/metrics`, as('root'))).text();
    const text = await metrics();
    expect(text).toContain('sluice_http_sockets 1\n');
    expect(text).toContain('sluice_http_streams 1\n');
    await writer.complete();
    await client.has('end');
    client.webSocket.close();
    await until(() => reports.filter(({ route }) => route === '/ws').length === 4);
    expect(await metrics()).toContain('sluice_http_sockets 0\n');
    const told = reports.filter(({ route }) => route === '/ws');
    expect(told.map(({ method, status, code, runId }) => [method, status, code, runId])).toEqual([
      ['GET', 401, 'UNAUTHENTICATED', undefined],
      ['SUBSCRIBE', 404, 'RUN_NOT_FOUND', 'absent'],
      ['SUBSCRIBE', 200, undefined, 'run'],
      ['GET', 101, undefined, undefined],
    ]);
    for (const report of told.slice(1)) {
      expect(report).toMatchObject({ requestId: 'trace-1', subject: 'us', tenantId: 'ours' });
    }
    expect(deeds.map(({ action, route, code }) => [action, route, code])).toEqual([
      ['refuse', '/ws', 'UNAUTHENTICATED'],
    ]);
  });

  it('says so where no WebSocket was asked for, or another protocol', async () => {
    const url = await lab.begin();
    const plain = await fetch(`${url}/ws`);
    expect([plain.status, plain.headers.get('upgrade')]).toEqual([426, 'websocket']);
    expect(await plain.json()).toMatchObject({ code: 'UPGRADE_REQUIRED' });
    const port = Number(new URL(url).port);
    const head = ['GET /ws HTTP/1.1', `host: 127.0.0.1:${port}`, 'connection: upgrade', 'upgrade: websocket'];
    const key = ['sec-websocket-key: AAAAAAAAAAAAAAAAAAAAAA==', 'sec-websocket-version: 13'];
    const other = await rawRequest(port, [...head, ...key, 'sec-websocket-protocol: graphql-ws']);
    expect(other.head).toMatch(/^HTTP\/1.1 400 /);
    expect(other.body.toString()).toContain('sluice.v1');
    const broken = await rawRequest(port, [...head, 'sec-websocket-protocol: sluice.v1']);
    expect(broken.head).toMatch(/^HTTP\/1.1 400 /);
    const text = await (await fetch(`${url}/metrics`)).text();
    expect(text).toContain('sluice_http_sockets 0\n');
  });

  it('is told what is not installed', async () => {
    const { SluiceError } = await import('../../../src/errors/sluice-error.ts');
    const load = (): Promise<unknown> => Promise.reject(new SluiceError('MISSING_PEER', 'npm install ws@8'));
    await lab.begin({ sockets: { load } });
    expect(await refusal()).toEqual({ status: 500, code: 'MISSING_PEER' });
  });
});
