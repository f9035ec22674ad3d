import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createClient, type Client } from '../../src/client/create-client.ts';
import type { RunListNews } from '../../src/client/run-list.ts';
import type { Engine } from '../../src/engine/engine.ts';
import { serveHttp, type HttpServer } from '../../src/http/serve-http.ts';
import { servedEngine } from '../http/served-agents.ts';
import { codeOf, thrownBy } from '../support/code-of.ts';
import { faultProxy, type FaultProxy } from '../support/fault-proxy.ts';
import { until } from '../support/settle.ts';
import { all, brief } from './reading.ts';

let engine: Engine;
let server: HttpServer;
let proxy: FaultProxy;
let client: Client;

beforeEach(async () => {
  engine = servedEngine();
  server = await serveHttp({ engine, port: 0, retry: 0, basePath: '/api/sluice' });
  proxy = await faultProxy(server.port);
  client = createClient(`${proxy.url}/api/sluice/`);
});
afterEach(async () => {
  await proxy.close();
  await server.close();
  await engine.close();
});

describe('the runs of a server', () => {
  it('are started, and followed to their end', async () => {
    const started = await client.start('greet', { input: { a: 1 }, threadId: 't', labels: { team: 'x' } });
    expect(started).toMatchObject({ eventsUrl: `/api/sluice/runs/${started.runId}/events` });
    expect(brief(await all(client.events(started.runId, { filter: 'minimal' })))).toEqual([
      '1 started',
      expect.stringMatching(/^\d complete$/),
    ]);
    expect(await client.get(started.runId)).toMatchObject({ agent: 'greet', status: 'completed' });
  });

  it('have addresses, whatever their ids', () => {
    expect(client.eventsUrl('a/b c').href).toBe(`${proxy.url}/api/sluice/runs/a%2Fb%20c/events`);
  });

  it.each(['', '.', '..'])('have no address with the id %j, which every URL takes for a way up', async id => {
    expect(thrownBy(() => client.eventsUrl(id))).toBe('BAD_ID');
    expect(await codeOf(() => client.get(id))).toBe('BAD_ID');
    expect(await codeOf(() => client.delete(id))).toBe('BAD_ID');
  });

  it('are counted, and give the checkpoints that they saved', async () => {
    const writer = await engine.open({ id: 'saves' });
    for (const [at, name] of ['a', 'b', 'a', 'b'].entries()) await writer.checkpoint(name, at);
    await writer.complete();
    await client.start('wait');
    expect(await client.stats()).toEqual(await engine.runs.stats());
    expect((await client.stats()).byStatus.completed).toBe(1);
    const all = await engine.runs.checkpoints('saves');
    expect(all).toHaveLength(4);
    expect(await client.checkpoints('saves')).toEqual(all);
    const first = await client.checkpoints('saves', { name: 'b', limit: 1 });
    expect(first).toEqual([all[0]]);
    expect(await client.checkpoints('saves', { name: 'b', before: first[0]!.seq })).toEqual([all[2]]);
    expect(await codeOf(() => client.checkpoints('saves', { limit: 129 }))).toBe('BAD_REQUEST');
    expect(await codeOf(() => client.checkpoints('saves', { before: 0 }))).toBe('BAD_REQUEST');
    expect(await codeOf(() => client.checkpoints('nobody'))).toBe('RUN_NOT_FOUND');
  });

  it('are started once with one key', async () => {
    const first = await client.start('greet', { idempotencyKey: 'k' });
    const again = await client.start('greet', { idempotencyKey: 'k' });
    expect(again.runId).toBe(first.runId);
    expect(await codeOf(() => client.start('wait', { idempotencyKey: 'k' }))).toBe('IDEMPOTENCY_CONFLICT');
  });

  it('are listed page by page, by whatever is asked for', async () => {
    for (const [at, team] of ['x', 'y', 'x'].entries()) {
      await client.start('wait', { id: `run-${at}`, labels: { team } });
    }
    const first = await client.list({ labels: { team: 'x' }, status: ['running', 'accepted'], limit: 1 });
    const second = await client.list({ labels: { team: 'x' }, limit: 1, page: first.next });
    expect([...first.runs, ...second.runs].map(({ runId }) => runId).sort()).toEqual(['run-0', 'run-2']);
    expect((await client.list({ agent: 'greet' })).runs).toEqual([]);
  });

  it('are stopped, answered and erased', async () => {
    await client.start('wait', { id: 'waits' });
    expect(await client.cancel('waits', { reason: 'enough' })).toBe('requested');
    const items = await all(client.events('waits'));
    expect(items.at(-1)).toMatchObject({ type: 'cancelled', data: { reason: 'enough' } });
    expect(await client.cancel('waits')).toBe('cancelled');
    expect(await client.delete('waits')).toBe('erased');
    expect(await codeOf(() => client.get('waits'))).toBe('RUN_NOT_FOUND');

    await client.start('ask', { id: 'asks' });
    for await (const item of client.events('asks')) {
      if ('seq' in item && item.type === 'ask') {
        expect(await codeOf(() => client.answer('asks', item.data.askId, { value: 'no' }))).toBe(
          'BAD_ANSWER',
        );
        await client.answer('asks', item.data.askId, { value: true, by: 'me' });
      }
    }
    expect(await client.get('asks')).toMatchObject({ status: 'completed' });
    expect(await codeOf(() => client.cancel('asks'))).toBe('RUN_ENDED');
  });

  it('are watched, from the whole list on, also over a lost connection', async () => {
    await client.start('wait', { id: 'first' });
    const news: RunListNews[] = [];
    const watch = client.watch({ agent: 'wait' }, { retryDelay: 0 }).subscribe(item => news.push(item));
    const told = () =>
      news.map(item => {
        if (item.news === 'list') return `list ${item.runs.map(({ runId }) => runId).join(' ')}`;
        return item.news === 'run' ? `run ${item.run.runId}` : `removed ${item.runId}`;
      });
    await until(() => told().length === 1);
    expect(told()).toEqual(['list first']);
    await client.start('wait', { id: 'second' });
    await until(() => told().includes('run second'));
    proxy.cutAll();
    await until(() => told().includes('list second first'));
    watch.unsubscribe();
    await until(() => server.streams === 0);
  });

  it('refuse by the code of the server, with its words', async () => {
    expect(await codeOf(() => client.start('nobody'))).toBe('UNKNOWN_AGENT');
    expect(await codeOf(() => client.start('strict', { input: {} }))).toBe('BAD_INPUT');
    expect(await codeOf(() => all(client.events('nowhere')))).toBe('RUN_NOT_FOUND');
    await expect(client.get('nowhere')).rejects.toMatchObject({ details: { status: 404 } });
  });

  it('cannot be had from nobody, nor from somebody else', async () => {
    await expect(createClient('http://127.0.0.1:1').list()).rejects.toMatchObject({
      code: 'CONNECTION_LOST',
    });
    const answer = new Response('<!doctype html>', { headers: { 'content-type': 'text/html' } });
    const other = createClient('http://localhost', { fetch: () => Promise.resolve(answer) });
    expect(await codeOf(() => other.list())).toBe('BAD_RESPONSE');
  });
});
