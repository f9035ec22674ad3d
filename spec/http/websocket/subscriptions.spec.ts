import { describe, expect, it } from '@jest/globals';
import { dataFramesOf } from '../sse-frames.ts';
import { UPGRADING, socketLab } from './socket-lab.ts';

describe.each(Object.entries(UPGRADING))('subscriptions on a WebSocket of %s', (_, serve) => {
  const lab = socketLab(serve);

  it('brings what a stream of the run brings, in the same order, to its end', async () => {
    const url = await lab.begin();
    const writer = await lab.engine.open({ id: 'run' });
    for (let at = 0; at < 600; at++) writer.token(`${at} ünd 😀`, { messageId: `${at}` });
    await writer.emit('custom:large', { text: 'x'.repeat(100_000) });
    await writer.complete();
    const client = await lab.open();
    client.say({ type: 'subscribe', runId: 'run', credit: 10_000 });
    expect(await client.has('end', 1, 'run')).toEqual({ type: 'end', id: 'run' });
    const stream = await (await fetch(`${url}/runs/run/events`)).text();
    const events = client.all('event').map(({ event }) => event);
    expect(events).toEqual(dataFramesOf(stream).map(({ data }) => JSON.parse(data!) as unknown));
    expect(events).toHaveLength(603);
    expect(client.messages.slice(0, 2)).toEqual([
      { type: 'hello', retry: expect.any(Number), heartbeat: 15_000, subscriptions: 64 },
      { type: 'subscribed', id: 'run', runId: 'run', cursor: 'start' },
    ]);
    expect(
      client
        .all('event')
        .map(({ cost = 1 }) => cost)
        .filter(cost => cost > 1),
    ).toEqual([25]);
  });

  it('has live events of many runs, each in its own order', async () => {
    await lab.begin();
    const writers = await Promise.all(['a', 'b', 'c'].map(id => lab.engine.open({ id })));
    const client = await lab.open();
    for (const id of ['a', 'b', 'c']) client.say({ type: 'subscribe', runId: id });
    await client.has('subscribed', 3);
    for (let at = 0; at < 40; at++) {
      for (const writer of writers) writer.token(`${at}`, { messageId: `${at}` });
      if (at % 7 === 0) await new Promise(resolve => setImmediate(resolve));
    }
    for (const writer of writers) await writer.complete();
    await client.has('end', 3);
    for (const id of ['a', 'b', 'c'])
      expect(client.seqs(id)).toEqual(Array.from({ length: 42 }, (__, at) => at + 1));
  });
});
