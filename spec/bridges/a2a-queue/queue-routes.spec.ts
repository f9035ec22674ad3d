import { describe, expect, it } from '@jest/globals';
import { a2aQueue } from '../../../src/bridges/a2a-queue/a2a-queue.ts';
import { fromQueueCheckpoint, fromQueueEvent } from '../../../src/bridges/a2a-queue/queue-event.ts';
import { posted } from '../../http/adapters.ts';
import { servedEngine } from '../../http/served-agents.ts';
import { until } from '../../support/settle.ts';
import { bridgeLab, dataOf } from '../bridge-lab.ts';

const CONNECTED = { type: 'connected', timestamp: expect.stringMatching(/Z$/) as unknown };

describe('a client of the EventQueue', () => {
  const lab = bridgeLab(() => servedEngine(), a2aQueue());

  /** A workflow of five events. */
  async function workflow(id: string): Promise<void> {
    const writer = await lab.engine.open({ id });
    await writer.append([
      fromQueueEvent({ event_type: 'status', state: 'working', phase: 'planning' }),
      { type: 'token', data: { content: 'unseen' } },
      fromQueueEvent({ event_type: 'progress', current: 1, total: 4, percentage: 25, step: 'one' }),
      fromQueueEvent({ event_type: 'error', error_type: 'Odd', error_message: 'goes on', recoverable: true }),
    ]);
    await writer.complete({ answer: 42 });
  }

  it.each(['workflows', 'ingestion'])('watches %s from the start to the end', async kind => {
    await workflow('task');
    const stream = await lab.stream(`/events/${kind}/task`);
    const frames = await stream.ended();
    expect(stream.status).toBe(200);
    expect(frames.every(({ event }) => event === undefined)).toBe(true);
    const [connected, ...events] = dataOf(frames);
    expect(connected).toEqual({ ...CONNECTED, task_id: 'task', offset: 0 });
    expect(events.map(event => [event['event_type'], event['next_offset']])).toEqual([
      ['status', 1],
      ['status', 2],
      ['progress', 4],
      ['error', 5],
      ['complete', 6],
    ]);
    expect(events[1]).toEqual({
      ...{ event_id: frames[2]!.id, task_id: 'task', tenant_id: 'default', event_type: 'status' },
      ...{ timestamp: expect.any(String), next_offset: 2 },
      ...{ state: 'working', phase: 'planning', message: null },
    });
    expect(events[3]).toMatchObject({ error_type: 'Odd', recoverable: true });
    expect(events[4]).toMatchObject({ result: { answer: 42 }, summary: null });
  });

  it('resumes behind as many events as it says, and nothing is twice or missing', async () => {
    await workflow('task');
    const read = async (offset: number): Promise<unknown[]> => {
      const stream = await lab.stream(`/events/workflows/task?from_offset=${offset}`);
      if (stream.status === 204) return ['nothing'];
      const [connected, ...events] = dataOf(await stream.ended());
      expect(connected).toMatchObject({ offset });
      return events.map(event => event['next_offset']);
    };
    const all = (await read(0)) as number[];
    expect(all).toEqual([1, 2, 4, 5, 6]);
    for (const offset of [1, 2, 3, 4, 5]) {
      expect(await read(offset)).toEqual(all.filter(next => next > offset));
    }
    expect(await read(6)).toEqual(['nothing']);
    expect((await lab.json('/events/queues/task/offset')).body).toEqual({ task_id: 'task', offset: 6 });
  });

  it('goes on live from the offset it was told, while it handles events', async () => {
    const writer = await lab.engine.open({ id: 'task' });
    const first = await lab.stream('/events/workflows/task');
    await first.reach(2);
    const { body } = await lab.json('/events/queues/task/offset');
    first.cut();
    writer.progress('missed', 0.5);
    await writer.drained();
    const again = await lab.stream(
      `/events/workflows/task?from_offset=${(body as { offset: number }).offset}`,
    );
    await again.reach(2);
    await writer.complete();
    const events = dataOf(await again.ended());
    expect(events.map(event => event['event_type'] ?? event['type'])).toEqual([
      ...['connected', 'progress', 'complete'],
    ]);
  });

  it('comes back as an EventSource does, with the place and the address it began with', async () => {
    await workflow('task');
    const frames = await (await lab.stream('/events/workflows/task')).ended();
    const headers = { 'last-event-id': frames[3]!.id! };
    const rest = dataOf(await (await lab.stream('/events/workflows/task?from_offset=0', headers)).ended());
    expect(rest[0]).toMatchObject({ type: 'connected', offset: 4 });
    expect(rest.slice(1).map(event => event['event_type'])).toEqual(['error', 'complete']);
    const end = { 'last-event-id': frames.at(-1)!.id! };
    expect((await lab.stream('/events/workflows/task', end)).status).toBe(204);
  });

  it('is told when its offset is beyond everything', async () => {
    await workflow('task');
    const [, reset, first] = dataOf(
      await (await lab.stream('/events/workflows/task?from_offset=99')).ended(),
    );
    expect(reset).toEqual({ type: 'reset', task_id: 'task', reason: 'future' });
    expect(first).toMatchObject({ next_offset: 1 });
  });

  it.each(['x', '-1', '1.5', '', '99999999999999999'])('is refused with from_offset=%j', async text => {
    await workflow('task');
    expect(await lab.json(`/events/workflows/task?from_offset=${text}`)).toEqual({
      status: 400,
      body: {
        code: 'BAD_REQUEST',
        detail: `from_offset: expected a whole number from 0 on, got ${JSON.stringify(text)}.`,
      },
    });
  });

  it('is told of persons, steps, checkpoints and cancellation as states', async () => {
    const run = await lab.engine.start(
      async ctx => {
        await ctx.emit('node.started', { name: 'plan', attempt: 1 });
        await ctx.checkpoint('drafted', {});
        await ctx.ask('Go on?');
      },
      { id: 'task' },
    );
    const stream = await lab.stream('/events/workflows/task');
    const said = (): unknown[][] =>
      dataOf(stream.frames().filter(({ data }) => data !== undefined)).map(event => [
        ...[event['state'], event['phase'], event['message']],
      ]);
    await until(() => said().some(([state]) => state === 'input-required'), 'a question');
    await run.cancel('enough');
    await stream.ended();
    const states = said();
    expect(states).toContainEqual(['working', 'plan', null]);
    expect(states).toContainEqual(['working', 'drafted', null]);
    expect(states).toContainEqual(['input-required', null, 'Go on?']);
    expect(states.at(-1)).toEqual(['cancelled', null, 'enough']);
  });

  it('sees a checkpoint as a status, and its tasks as progress', async () => {
    const writer = await lab.engine.open({ id: 'task' });
    const tasks = { a: { status: 'completed' }, b: { status: 'running' } };
    await writer.append(fromQueueCheckpoint({ phase: 'phase 1', tasks }));
    await writer.append(fromQueueCheckpoint({ phase: 'phase 2' }));
    await writer.complete();
    const events = dataOf(await (await lab.stream('/events/workflows/task?from_offset=1')).ended());
    expect(events.slice(1)).toMatchObject([
      { event_type: 'status', state: 'working', phase: 'phase 1' },
      { event_type: 'progress', current: 1, total: 2, percentage: 50, step: 'phase 1' },
      { event_type: 'status', phase: 'phase 2' },
      { event_type: 'complete' },
    ]);
  });

  it.each(['workflows', 'ingestion'])('cancels %s', async kind => {
    await lab.engine.start('wait', { id: 'task' });
    const stream = await lab.stream(`/events/${kind}/task`);
    const { status, body } = await lab.json(
      `/events/${kind}/task/cancel`,
      posted({ reason: 'User requested' }),
    );
    expect([status, body]).toEqual([
      200,
      { task_id: 'task', cancelled: true, message: expect.stringContaining('task') },
    ]);
    const events = dataOf(await stream.ended());
    expect(events.at(-1)).toMatchObject({ state: 'cancelled', message: 'User requested' });
    await workflow('over');
    expect(await lab.json(`/events/${kind}/over/cancel`, { method: 'POST' })).toMatchObject({
      ...{ status: 200, body: { task_id: 'over', cancelled: false } },
    });
    expect(await lab.json(`/events/${kind}/over/cancel`, posted({ reason: 1 }))).toMatchObject({
      ...{ status: 400, body: { detail: expect.stringContaining('reason') } },
    });
  });

  it('lists the queues that are open, and knows each', async () => {
    await workflow('over');
    await lab.engine.start('wait', { id: 'live', ttl: 30 * 60_000 });
    const live = {
      ...{ task_id: 'live', tenant_id: 'default', event_count: 1, subscriber_count: null },
      ...{ is_closed: false, is_cancelled: false, created_at: expect.any(String), ttl_minutes: 30 },
    };
    for (const query of ['', '?tenant_id=default']) {
      expect(await lab.json(`/events/queues${query}`)).toEqual({ status: 200, body: [live] });
    }
    expect((await lab.json('/events/queues/live')).body).toEqual(live);
    expect((await lab.json('/events/queues/over')).body).toMatchObject({ is_closed: true, event_count: 6 });
  });

  it('sees nothing of another tenant, whatever tenant it names', async () => {
    const writer = await lab.engine.open({ id: 'theirs', tenantId: 'other' });
    await lab.engine.open({ id: 'mine' });
    const paths = ['/events/workflows/ID', '/events/queues/ID', '/events/queues/ID/offset'];
    for (const [path, init] of [
      ...paths.map(text => [text, undefined] as const),
      ['/events/ingestion/ID/cancel', posted({})] as const,
    ]) {
      for (const query of ['', '?tenant_id=other']) {
        const theirs = await lab.json(path.replace('ID', 'theirs') + query, init);
        const nobodys = await lab.json(path.replace('ID', 'nobody') + query, init);
        expect(theirs.status).toBe(404);
        expect(JSON.stringify(theirs).replaceAll('theirs', 'nobody')).toBe(JSON.stringify(nobodys));
      }
    }
    expect((await lab.json('/events/queues?tenant_id=other')).body).toEqual([]);
    expect((await lab.json('/events/queues/mine?tenant_id=other')).status).toBe(404);
    expect(writer.cancelRequested).toBe(false);
  });
});
