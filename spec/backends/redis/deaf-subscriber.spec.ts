import { afterAll, describe, expect, it } from '@jest/globals';
import { LawRun } from '../../../src/testing/backend-laws/law-run.ts';
import { faultProxy, type FaultProxy } from '../../support/fault-proxy.ts';
import { until, untilAsked } from '../../support/settle.ts';
import { hurriedClock } from './hurried-clock.ts';
import { redisLab } from './redis-lab.ts';

const lab = await redisLab();
const lines: FaultProxy[] = [];
afterAll(async () => {
  await Promise.all(lines.map(line => line.close()));
  await lab.close();
});

/** What the connection for hints brings before it goes deaf: more than ioredis and the spec need to begin. */
const ENOUGH = 100_000;

/** Writes an event for a watcher whose connection for hints looks open and brings nothing; whether it is told. */
async function isTold(
  late: 'sooner' | 'never',
  poll: number,
): Promise<{ told: boolean; troubles: string[] }> {
  const line = await faultProxy(lab.server.port);
  lines.push(line);
  line.plan = at => (at === 1 ? { side: 'response', after: ENOUGH, how: 'stall' } : undefined);
  const writer = await lab.open();
  const near = await lab.open();
  const troubles: string[] = [];
  const reader = await lab.open({
    ...{
      url: `redis://127.0.0.1:${line.port}`,
      clock: hurriedClock(late),
      poll,
      timeout: 1_000,
      lease: 10_000,
    },
    onTrouble: ({ message }) => troubles.push(message),
  });
  const run = await LawRun.create(writer, lab);
  let [rings, nearby] = [0, 0];
  reader.log.watch(run.key, () => rings++);
  near.log.watch(run.key, () => nearby++);
  await until(() => rings > 0 && nearby > 0, 'somebody listens');
  const before = line.bytes;
  await lab.probe.publish(`${lab.prefix}:h:${run.key}`, 'x'.repeat(2 * ENOUGH));
  await until(() => line.bytes >= before + ENOUGH - 20_000, 'the last that it hears');
  // Whatever it still rings for was before this.
  await untilAsked(async () => {
    const was = rings;
    await reader.log.read(run.key, { after: 0, limit: 1 });
    return rings === was;
  });
  const [heard, heardNearby] = [rings, nearby];
  await run.write('a');
  if (late === 'sooner' || poll < Infinity) await until(() => rings > heard, 'word of it');
  await until(() => nearby > heardNearby, 'word of it elsewhere');
  const told = rings > heard;
  await Promise.all([writer.close(), near.close(), reader.close()]);
  return { told, troubles };
}

describe('a connection for hints that only looks open', () => {
  it('is asked for an echo and replaced, also without the poll', async () => {
    const { told, troubles } = await isTold('sooner', Infinity);
    expect(told).toBe(true);
    expect(troubles).toContainEqual(expect.stringContaining('brings nothing any more'));
  });

  it('is made up for by the poll alone where it is not asked', async () => {
    expect(await isTold('never', 200)).toEqual({ told: true, troubles: [] });
    expect(await isTold('never', Infinity)).toEqual({ told: false, troubles: [] });
  });

  it('is left alone while it brings an echo', async () => {
    const troubles: string[] = [];
    const reader = await lab.open({
      ...{ clock: hurriedClock(), poll: Infinity, lease: 10_000 },
      onTrouble: ({ message }) => troubles.push(message),
    });
    const writer = await lab.open();
    const run = await LawRun.create(writer, lab);
    let rings = 0;
    reader.log.watch(run.key, () => rings++);
    const published = async (): Promise<number> =>
      Number(/cmdstat_publish:calls=(\d+)/.exec(await lab.probe.info('commandstats'))?.[1] ?? 0);
    const before = await published();
    await untilAsked(async () => (await published()) >= before + 4, 'four knocks');
    await until(() => rings > 0, 'that it listens');
    const heard = rings;
    await run.write('a');
    await until(() => rings > heard, 'word of it');
    expect(troubles).toEqual([]);
    await Promise.all([writer.close(), reader.close()]);
  });
});
