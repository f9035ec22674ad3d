import { describe, expect, it } from '@jest/globals';
import { MOST_CREDIT } from '../../../src/http/websocket/socket-protocol.ts';
import type { SocketClient } from './socket-client.ts';
import { UPGRADING, socketLab } from './socket-lab.ts';

const range = (from: number, to: number): number[] =>
  Array.from({ length: to - from + 1 }, (_, at) => from + at);

/** Everything that was on its way is there: the answer comes behind it. */
async function caughtUp(client: SocketClient): Promise<void> {
  const pongs = client.all('pong').length;
  client.say({ type: 'ping' });
  await client.has('pong', pongs + 1);
}

describe('credit', () => {
  const lab = socketLab(UPGRADING.serveHttp!);
  async function longRun(id: string, events: number): Promise<void> {
    const writer = await lab.engine.open({ id });
    for (let at = 2; at < events; at++) writer.step(`s${at}`);
    await writer.complete();
  }

  it('is what comes, and not one more, until more is granted', async () => {
    await lab.begin();
    await longRun('run', 1_000);
    const client = await lab.open();
    client.say({ type: 'subscribe', runId: 'run', credit: 7 });
    await client.has('event', 7);
    await caughtUp(client);
    await caughtUp(client);
    expect(client.seqs('run')).toEqual(range(1, 7));
    client.say({ type: 'credit', id: 'run', n: 1 });
    client.say({ type: 'credit', id: 'run', n: 299 });
    await client.has('event', 307);
    await caughtUp(client);
    expect(client.seqs('run')).toEqual(range(1, 307));
    client.say({ type: 'credit', id: 'run', n: 5_000 });
    await client.has('end');
    expect(client.seqs('run')).toEqual(range(1, 1_000));
  });

  it('of one that has none holds up no other, and shares bytes with who has more', async () => {
    await lab.begin();
    await longRun('run', 3_000);
    await longRun('other', 3_000);
    const [client, twin] = [await lab.open(), await lab.open()];
    client.say({ type: 'subscribe', runId: 'run', credit: 3 });
    await client.has('event', 3);
    client.say({ type: 'subscribe', runId: 'other', credit: 4_000 });
    twin.say({ type: 'subscribe', runId: 'run', credit: 4_000 });
    await client.has('end', 1, 'other');
    await twin.has('end', 1, 'run');
    expect(client.seqs('other')).toEqual(range(1, 3_000));
    expect(twin.seqs('run')).toEqual(range(1, 3_000));
    expect(client.seqs('run')).toEqual(range(1, 3));
    client.say({ type: 'credit', id: 'run', n: 4_000 });
    await client.has('end', 1, 'run');
    expect(client.seqs('run')).toEqual(range(1, 3_000));
  });

  it('waits at the end of a run that goes on, and is used for what comes then', async () => {
    await lab.begin();
    const writer = await lab.engine.open({ id: 'run' });
    const client = await lab.open();
    client.say({ type: 'subscribe', runId: 'run', credit: 2 });
    await client.has('event', 1);
    for (let at = 0; at < 5; at++) writer.step(`s${at}`);
    await client.has('event', 2);
    await caughtUp(client);
    expect(client.seqs('run')).toEqual([1, 2]);
    client.say({ type: 'credit', id: 'run', n: 10 });
    await client.has('event', 6);
    writer.step('last');
    await client.has('event', 7);
    expect(client.seqs('run')).toEqual(range(1, 7));
  });

  it('is used up by what is large, of which one more may come', async () => {
    await lab.begin();
    const writer = await lab.engine.open({ id: 'run' });
    for (let at = 0; at < 4; at++) {
      writer.token('x'.repeat(40_960), { messageId: `${at}` });
      await writer.drained();
    }
    await writer.complete();
    const client = await lab.open();
    client.say({ type: 'subscribe', runId: 'run', credit: 13 });
    await client.has('event', 3);
    await caughtUp(client);
    expect(client.all('event').map(({ cost = 1 }) => cost)).toEqual([1, 11, 11]);
    // It owes ten.
    client.say({ type: 'credit', id: 'run', n: 10 });
    await caughtUp(client);
    expect(client.seqs('run')).toEqual([1, 2, 3]);
    client.say({ type: 'credit', id: 'run', n: 1 });
    await client.has('event', 4);
    client.say({ type: 'credit', id: 'run', n: 100 });
    await client.has('end');
    expect(client.seqs('run')).toEqual(range(1, 6));
  });

  it('counts that comes before the subscription is open', async () => {
    await lab.begin();
    await longRun('run', 1_000);
    const client = await lab.open();
    client.say({ type: 'subscribe', runId: 'run', credit: 3 });
    client.say({ type: 'credit', id: 'run', n: 4 });
    await client.has('event', 7);
    await caughtUp(client);
    await caughtUp(client);
    expect(client.seqs('run')).toEqual(range(1, 7));
    client.say({ type: 'subscribe', id: 'again', runId: 'run', credit: MOST_CREDIT });
    client.say({ type: 'credit', id: 'again', n: 1 });
    expect(await client.has('error')).toMatchObject({ code: 'BAD_REQUEST' });
  });

  it('has a bound', async () => {
    await lab.begin();
    await lab.engine.open({ id: 'run' });
    const client = await lab.open();
    client.say({ type: 'subscribe', runId: 'run', credit: MOST_CREDIT });
    await client.has('event', 1);
    client.say({ type: 'credit', id: 'run', n: 1 });
    await caughtUp(client);
    expect(client.all('error')).toEqual([]);
    client.say({ type: 'credit', id: 'run', n: 1 });
    expect(await client.has('error')).toMatchObject({ code: 'BAD_REQUEST', status: 400 });
    expect((await client.has('error')).id).toBeUndefined();
    // Of what is not there it is nothing.
    client.say({ type: 'credit', id: 'absent', n: 1 });
    await caughtUp(client);
    expect(client.all('error')).toHaveLength(1);
  });

  it('survives that somebody asks for little of much', async () => {
    await lab.begin();
    const writer = await lab.engine.open({ id: 'run' });
    const client = await lab.open();
    client.say({ type: 'subscribe', runId: 'run', credit: 5, filter: 'minimal' });
    await client.has('event', 1);
    for (let at = 0; at < 2_000; at++) writer.step(`s${at}`);
    await writer.drained();
    // What was left out costs nothing, and the place is told when asked for a sign of life.
    await caughtUp(client);
    await caughtUp(client);
    const { cursor } = await client.has('cursor');
    expect(Number(cursor.split('.')[1])).toBeGreaterThan(1);
    await writer.complete();
    await client.has('end');
    expect(client.seqs('run')).toEqual([1, 2_002]);
  });
});
