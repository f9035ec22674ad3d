import { describe, expect, it } from '@jest/globals';
import { CLOSE_CODES } from '../../../src/http/websocket/socket-protocol.ts';
import { ManualClock } from '../../../src/testing/manual-clock.ts';
import { until } from '../../support/settle.ts';
import { UPGRADING, socketLab } from './socket-lab.ts';

describe.each(Object.entries(UPGRADING))('the end of a WebSocket of %s', (_, serve) => {
  const lab = socketLab(serve);

  it('comes with what there was, a word when to come back, and a code', async () => {
    await lab.begin({ retry: 1_000 });
    const writer = await lab.engine.open({ id: 'run' });
    const client = await lab.open();
    client.say({ type: 'subscribe', runId: 'run' });
    await client.has('event', 1);
    for (let at = 0; at < 100; at++) writer.step(`s${at}`);
    await writer.drained();
    const left = lab.server.leave();
    const { code, reason } = await client.closed;
    await left;
    expect([code, reason]).toEqual([CLOSE_CODES.leaving, 'The server closes.']);
    const { retry } = client.all('bye')[0]!;
    expect(retry).toBeGreaterThanOrEqual(1_000);
    expect(retry).toBeLessThanOrEqual(2_000);
    expect(client.messages.at(-1)!.type).toBe('bye');
    expect(client.seqs('run')).toEqual(Array.from({ length: 101 }, (__, at) => at + 1));
    expect((await lab.engine.runs.get('run')).status).toBe('running');
  });

  it('does not wait for a client that does not answer, nor for one without credit', async () => {
    await lab.begin();
    const writer = await lab.engine.open({ id: 'run' });
    for (let at = 0; at < 50; at++) writer.step('s');
    const client = await lab.open();
    client.say({ type: 'subscribe', runId: 'run', credit: 1 });
    await client.has('event', 1);
    client.webSocket.pause();
    await lab.server.leave();
    client.webSocket.resume();
    await client.closed;
    expect(client.seqs('run')).toEqual([1]);
  });

  it('comes in time, where streams have one', async () => {
    const clock = new ManualClock();
    await lab.begin({ clock, streamAge: 10_000, heartbeat: 3_600_000 });
    const client = await lab.open();
    clock.advance(8_900);
    client.say({ type: 'ping' });
    await client.has('pong');
    clock.advance(1_400);
    expect((await client.closed).code).toBe(CLOSE_CODES.leaving);
    await client.has('bye');
  });

  it('comes for who answers no ping, and for nobody else', async () => {
    const clock = new ManualClock();
    await lab.begin({ clock, heartbeat: 1_000 });
    const client = await lab.open();
    const dead = await lab.open();
    const pings = { client: 0, dead: 0 };
    client.webSocket.on('ping', () => pings.client++);
    dead.webSocket.on('ping', () => pings.dead++);
    // It hears pings, and never answers.
    Object.assign(dead.webSocket, { _autoPong: false, pong: () => undefined });
    for (let round = 0; round < 3; round++) {
      for (let quarter = 0; quarter < 4; quarter++) clock.advance(250);
      await until(() => pings.client === round + 1);
      const { webSocket } = client;
      await new Promise<void>(resolve => {
        webSocket.once('message', () => resolve());
        client.say({ type: 'ping' });
      });
    }
    expect((await dead.closed).code).toBe(1006);
    expect(client.webSocket.readyState).toBe(client.webSocket.OPEN);
    expect(pings.dead).toBe(1);
  });

  it('frees what the socket held, whoever ended it', async () => {
    await lab.begin();
    await lab.engine.open({ id: 'run' });
    const before = lab.engine.stats;
    const client = await lab.open();
    for (const id of ['a', 'b']) client.say({ type: 'subscribe', runId: 'run', id });
    await client.has('event', 2);
    client.webSocket.terminate();
    const text = async (): Promise<string> => (await fetch(`${lab.server.url}/metrics`)).text();
    for (;;) if ((await text()).includes('sluice_http_streams 0\n')) break;
    expect(await text()).toContain('sluice_http_sockets 0\n');
    expect(lab.engine.stats).toEqual(before);
  });

  it('of a run leaves the others', async () => {
    await lab.begin();
    const [one, other] = [await lab.engine.open({ id: 'one' }), await lab.engine.open({ id: 'other' })];
    const client = await lab.open();
    for (const runId of ['one', 'other']) client.say({ type: 'subscribe', runId });
    await client.has('event', 2);
    await one.complete();
    await client.has('end', 1, 'one');
    other.step('s');
    await client.has('event', 2, 'other');
    // Whoever resumes behind the end has nothing to come.
    const { cursor } = await lab.engine.events.tip('one');
    client.say({ type: 'subscribe', runId: 'one', after: cursor });
    await client.has('end', 2, 'one');
    expect(client.all('event', 'one')).toHaveLength(2);
  });
});
