import { describe, expect, it } from '@jest/globals';
import { systemClock } from '../../../src/time/clock.ts';
import { ShakyBackend } from '../../support/shaky-backend.ts';
import { settle } from '../../support/settle.ts';
import { dataFramesOf } from '../sse-frames.ts';
import { UPGRADING, socketLab } from './socket-lab.ts';

describe('notices on a WebSocket', () => {
  const lab = socketLab(UPGRADING.serveHttp!);
  it.each([
    ['what retention took', { after: 0 }, [['gap', 'trimmed']]],
    [
      'another life',
      { after: 'zzz.3.0' },
      [
        ['reset', 'epoch'],
        ['gap', 'trimmed'],
      ],
    ],
    [
      'what is yet to come',
      { after: 100_000 },
      [
        ['reset', 'future'],
        ['gap', 'trimmed'],
      ],
    ],
    ['a filter as well', { after: 0, filter: 'minimal' }, [['gap', 'trimmed']]],
  ])('tell of %s what a stream tells, in the same place', async (_, view, expected) => {
    const url = await lab.begin({ engine: { limits: { keptEvents: 64 } } });
    const writer = await lab.engine.open({ id: 'run' });
    for (let at = 0; at < 200; at++) writer.step(`s${at}`);
    await writer.complete();
    const client = await lab.open();
    client.say({ type: 'subscribe', runId: 'run', ...view });
    await client.has('end');
    const query = new URLSearchParams({ ...view, after: `${view.after}` });
    const stream = dataFramesOf(await (await fetch(`${url}/runs/run/events?${query.toString()}`)).text());
    const items = client.messages.flatMap(message =>
      message.type === 'event' ? [message.event] : message.type === 'notice' ? [message.notice] : [],
    );
    expect(items).toEqual(stream.map(({ data }) => JSON.parse(data!) as unknown));
    const told = client
      .all('notice')
      .map(({ notice }) => [notice.notice, 'reason' in notice && notice.reason]);
    expect(told).toEqual(expected);
  });

  it('tell once that the store is away, and hold up no run that is elsewhere', async () => {
    const shaky = new ShakyBackend(systemClock);
    await lab.begin({ engine: { backend: shaky.backend } });
    const writer = await lab.engine.open({ id: 'run' });
    const other = await lab.engine.open({ id: 'other' });
    const client = await lab.open();
    for (const runId of ['run', 'other']) client.say({ type: 'subscribe', runId });
    await client.has('event', 2);
    shaky.only = 'run';
    shaky.reading = 'refuses';
    writer.step('hidden');
    const { notice } = await client.has('notice', 1, 'run');
    expect(notice).toMatchObject({ notice: 'degraded', runId: 'run' });
    other.step('seen');
    await client.has('event', 2, 'other');
    shaky.reading = 'well';
    await client.has('event', 2, 'run');
    expect(client.all('notice')).toHaveLength(1);
  });

  it('end a subscription whose store stays away, and that alone', async () => {
    const shaky = new ShakyBackend(systemClock);
    await lab.begin({ engine: { backend: shaky.backend, storageTimeout: 1_000 } });
    const writer = await lab.engine.open({ id: 'run' });
    const other = await lab.engine.open({ id: 'other' });
    const client = await lab.open();
    for (const runId of ['run', 'other']) client.say({ type: 'subscribe', runId });
    await client.has('event', 2);
    shaky.only = 'run';
    shaky.reading = 'refuses';
    writer.step('hidden');
    expect(await client.has('error', 1, 'run')).toMatchObject({ code: 'STORAGE_LOST', status: 503 });
    shaky.reading = 'well';
    other.step('seen');
    await client.has('event', 2, 'other');
  });

  it('tell that a run is gone, and then its end', async () => {
    await lab.begin();
    const writer = await lab.engine.open({ id: 'run' });
    for (let at = 0; at < 20; at++) writer.step(`s${at}`);
    await writer.complete();
    const client = await lab.open();
    client.say({ type: 'subscribe', runId: 'run', credit: 5 });
    await client.has('event', 5);
    await lab.engine.runs.delete('run');
    client.say({ type: 'credit', id: 'run', n: 100 });
    await client.has('end');
    expect(client.messages.slice(-2)).toEqual([
      { type: 'notice', id: 'run', notice: { notice: 'reset', runId: 'run', reason: 'gone' } },
      { type: 'end', id: 'run' },
    ]);
  });
});

describe('a client that takes nothing', () => {
  const lab = socketLab(UPGRADING.serveHttp!);

  it('delays nobody, and is told what it missed', async () => {
    await lab.begin({ heartbeat: 3_600_000, engine: { limits: { keptEvents: 64 } } });
    const writer = await lab.engine.open({ id: 'run' });
    const stalled = await lab.open();
    stalled.say({ type: 'subscribe', runId: 'run', credit: 65_000 });
    await stalled.has('event', 1);
    stalled.webSocket.pause();
    const good = await lab.open();
    good.say({ type: 'subscribe', runId: 'run', credit: 65_000 });
    for (let at = 0; at < 400; at++) {
      writer.token('x'.repeat(64_000), { messageId: `${at}` });
      await writer.drained();
      if (at % 20 === 0) await settle();
    }
    await writer.complete();
    // Retention has overtaken the one that stalled, and not the other.
    await good.has('end');
    expect(good.all('notice')).toEqual([]);
    stalled.webSocket.resume();
    await stalled.has('end');
    const gaps = stalled.all('notice').map(({ notice }) => notice.notice);
    expect(gaps).toContain('gap');
  });
});
