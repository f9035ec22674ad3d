import { afterAll, describe, expect, it } from '@jest/globals';
import { runKey, type Backend } from '../../../src/backends/backend.ts';
import { LawRun, recordOf } from '../../../src/testing/backend-laws/law-run.ts';
import { until } from '../../support/settle.ts';
import { redisLab } from './redis-lab.ts';

const lab = await redisLab();
afterAll(() => lab.close());

/** Writes for which Redis passes on no hint, and fails no command. */
async function muteWriter(): Promise<Backend> {
  const password = ['m', 'ute'].join('');
  await lab.probe.call('ACL', 'SETUSER', 'mute', 'on', `>${password}`, 'allkeys', 'resetchannels', '+@all');
  return lab.open({ url: `redis://mute:${password}@127.0.0.1:${lab.server.port}` });
}

/** Rings of a watcher after a write without a hint, when a later hint about another run has come. */
async function ringsAfterLostHint(poll: number, enough: number): Promise<number> {
  const [writer, reader] = [await muteWriter(), await lab.open({ poll })];
  const run = await LawRun.create(writer, lab);
  const [beacon] = [recordOf(lab)].map(({ tenantId, runId }) => runKey(tenantId, runId));
  let rings = 0;
  let beacons = 0;
  reader.log.watch(run.key, () => rings++);
  reader.log.watch(beacon!, () => beacons++);
  // A ring says that the channel is listened to; with a poll, another one that the head of the run is known.
  await until(() => rings > 0 && beacons > 0);
  const before = rings;
  await run.write('a');
  if (enough > 0) await until(() => rings >= before + enough);
  const lit = beacons;
  await lab.probe.publish(`${lab.prefix}:h:${beacon!}`, '');
  await until(() => beacons > lit);
  await writer.close();
  await reader.close();
  return rings - before;
}

describe('a hint that is lost', () => {
  it('is made up for by the poll', async () => {
    expect(await ringsAfterLostHint(100, 1)).toBeGreaterThan(0);
  });

  it('is lost without the poll', async () => {
    expect(await ringsAfterLostHint(Infinity, 0)).toBe(0);
  });

  it('with its connection is made up for when that is made anew, also without the poll', async () => {
    const [writer, reader] = [await lab.open(), await lab.open({ poll: Infinity })];
    const run = await LawRun.create(writer, lab);
    let tip = 0;
    const news: string[] = [];
    reader.directory.watch(({ news: what }) => news.push(what));
    reader.log.watch(run.key, () => {
      void Promise.resolve(reader.log.read(run.key, { after: 0, limit: 0 })).then(
        page => (tip = Math.max(tip, page.result === 'page' ? page.tip : 0)),
        () => undefined,
      );
    });
    await run.write('a');
    await until(() => tip === 1);
    // Nobody listens while this is written: connections of subscribers are refused until it is done.
    const kill = async (): Promise<void> => void (await lab.probe.call('CLIENT', 'KILL', 'TYPE', 'pubsub'));
    await kill();
    const done = run.write('b');
    const update = writer.directory.update(run.key, { status: 'waiting' });
    await kill();
    await Promise.all([done, update]);
    await until(() => tip === 2 && news.includes('changed'));
    await writer.close();
    await reader.close();
  });

  it('is made up for by reading, whoever erased the run', async () => {
    const [writer, reader] = [await muteWriter(), await lab.open({ poll: 100 })];
    const run = await LawRun.create(writer, lab);
    let isGone = false;
    reader.log.watch(run.key, () => {
      void Promise.resolve(reader.log.read(run.key, { after: 0, limit: 0 })).then(
        ({ result }) => (isGone ||= result === 'absent'),
        () => undefined,
      );
    });
    await run.write('a');
    await writer.directory.delete(run.key);
    await until(() => isGone);
    await writer.close();
    await reader.close();
  });
});
