import { describe, expect, it } from '@jest/globals';
import { CLOSE_CODES } from '../../../src/http/websocket/socket-protocol.ts';
import { UPGRADING, socketLab } from './socket-lab.ts';

const BAD: readonly (readonly [string, string])[] = [
  ['no JSON', '{'],
  ['no object', '[]'],
  ['null', 'null'],
  ['no type', '{}'],
  ['an unknown type', '{"type":"cancel","id":"run"}'],
  ['no run', '{"type":"subscribe"}'],
  ['an id that is none', '{"type":"subscribe","runId":"run","id":"a\\"b"}'],
  ['credit of nothing', '{"type":"credit","id":"run","n":0}'],
  ['credit of a part', '{"type":"credit","id":"run","n":1.5}'],
  ['an unknown member', '{"type":"ping","more":1}'],
  ['a prototype', '{"type":"ping","__proto__":{"id":"x"}}'],
  ['a number too large', '{"type":"subscribe","runId":"run","credit":1e9}'],
  ['depth', `${'['.repeat(5_000)}${']'.repeat(5_000)}`],
];

describe.each(Object.entries(UPGRADING))('messages to %s', (_, serve) => {
  const lab = socketLab(serve);

  it.each(BAD)('that are %s are refused, and nothing else is touched', async (__, text) => {
    await lab.begin();
    const writer = await lab.engine.open({ id: 'run' });
    const client = await lab.open();
    client.say({ type: 'subscribe', runId: 'run' });
    await client.has('event', 1);
    client.webSocket.send(text);
    expect(await client.has('error')).toMatchObject({ code: 'BAD_REQUEST', status: 400 });
    expect((await client.has('error')).id).toBeUndefined();
    await writer.complete();
    await client.has('end');
    expect(client.seqs('run')).toEqual([1, 2]);
  });

  it('that cannot be understood are heard so many times', async () => {
    await lab.begin();
    const client = await lab.open();
    for (let at = 0; at < 20; at++) client.webSocket.send('?');
    expect((await client.closed).code).toBe(CLOSE_CODES.notUnderstood);
    expect(client.all('error')).toHaveLength(16);
  });

  it('that are bytes or too large end the socket', async () => {
    await lab.begin({ sockets: { messageBytes: 256 } });
    const [bytes, large] = [await lab.open(), await lab.open()];
    bytes.webSocket.send(Buffer.from('{"type":"ping"}'));
    expect((await bytes.closed).code).toBe(CLOSE_CODES.notText);
    large.webSocket.send(JSON.stringify({ type: 'subscribe', runId: 'x'.repeat(300) }));
    expect((await large.closed).code).toBe(1009);
    const other = await lab.open();
    other.say({ type: 'ping' });
    await other.has('pong');
  });

  it('refuse what a subscription cannot be, each by itself', async () => {
    await lab.begin();
    await lab.engine.open({ id: 'run' });
    const client = await lab.open();
    client.say({ type: 'subscribe', runId: 'absent' });
    client.say({ type: 'subscribe', runId: '../..', id: 'odd' });
    client.say({ type: 'subscribe', runId: 'run', id: 'cursor', after: 'no cursor' });
    client.say({ type: 'subscribe', runId: 'run', id: 'filter', filter: ['a b'] });
    client.say({ type: 'subscribe', runId: 'run', id: 'good', after: 0, filter: ['token', 'chat'] });
    await client.has('event', 1, 'good');
    await client.has('error', 4);
    const facts = client.all('error').map(({ id, code, status, runId }) => [id, code, status, runId]);
    expect(facts.sort()).toEqual([
      ['absent', 'RUN_NOT_FOUND', 404, undefined],
      ['cursor', 'BAD_CURSOR', 400, undefined],
      ['filter', 'BAD_FILTER', 400, undefined],
      ['odd', 'RUN_NOT_FOUND', 404, undefined],
    ]);
  });

  it('name a subscription once, and again when it is over', async () => {
    await lab.begin();
    await lab.engine.open({ id: 'run' });
    const client = await lab.open();
    client.say({ type: 'subscribe', runId: 'run' });
    client.say({ type: 'subscribe', runId: 'run' });
    expect((await client.has('error')).id).toBeUndefined();
    await client.has('event', 1);
    client.say({ type: 'unsubscribe', id: 'run' });
    client.say({ type: 'unsubscribe', id: 'run' });
    client.say({ type: 'subscribe', runId: 'run' });
    await client.has('event', 2);
    expect(client.all('end')).toHaveLength(1);
    // Also one that is not open yet.
    client.say({ type: 'subscribe', runId: 'run', id: 'b' });
    client.say({ type: 'unsubscribe', id: 'b' });
    await client.has('end', 1, 'b');
    client.say({ type: 'ping' });
    await client.has('pong');
    expect(client.all('event', 'b')).toEqual([]);
  });

  it('open so many subscriptions at once', async () => {
    await lab.begin({ sockets: { subscriptions: 3 } });
    await lab.engine.open({ id: 'run' });
    const client = await lab.open();
    for (let at = 0; at < 4; at++) client.say({ type: 'subscribe', runId: 'run', id: `s${at}` });
    expect(await client.has('error')).toMatchObject({ id: 's3', code: 'TOO_MANY_REQUESTS', status: 429 });
    await client.has('subscribed', 3);
    client.say({ type: 'unsubscribe', id: 's0' });
    await client.has('end', 1, 's0');
    client.say({ type: 'subscribe', runId: 'run', id: 's3' });
    await client.has('event', 1, 's3');
  });

  it('of somebody who asks and does not listen are not taken any longer, and none is lost', async () => {
    await lab.begin({ heartbeat: 3_600_000 });
    const client = await lab.open();
    client.webSocket.pause();
    let asked = 0;
    // What the server does not take any longer waits here, once the system has its hands full.
    while (client.webSocket.bufferedAmount < 1_000_000) {
      if (asked > 500_000) throw new Error('the server takes whatever comes');
      for (let at = 0; at < 1_000; at++) client.say({ type: 'subscribe', runId: `absent-${asked++}` });
      await new Promise(resolve => setImmediate(resolve));
    }
    client.webSocket.resume();
    await client.has('error', asked);
  });
});
