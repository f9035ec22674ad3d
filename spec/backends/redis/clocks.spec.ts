import { afterAll, describe, expect, it } from '@jest/globals';
import type { Backend } from '../../../src/backends/backend.ts';
import { LawRun } from '../../../src/testing/backend-laws/law-run.ts';
import { untilAsked } from '../../support/settle.ts';
import { redisLab } from './redis-lab.ts';
import { ShiftedClock } from './shifted-clock.ts';

const lab = await redisLab();
afterAll(() => lab.close());

const HOUR = 3_600_000;
const TTL = 1_800_000;

async function opened(shift: number): Promise<{ readonly backend: Backend; readonly clock: ShiftedClock }> {
  const clock = new ShiftedClock();
  clock.advance(shift);
  return { backend: await lab.open({ clock }), clock };
}

/** Whoever is open has looked for runs that have expired, from beginning to end. */
async function sweeps(): Promise<void> {
  const count = async (): Promise<number> => {
    const stats = await lab.probe.info('commandstats');
    return Number(/cmdstat_zrangebyscore:calls=(\d+)/.exec(stats)?.[1] ?? 0);
  };
  const before = await count();
  await untilAsked(async () => (await count()) >= before + 8, 'some sweeps');
}

/** A run that nobody works on. */
async function idleRun(backend: Backend, key: string): Promise<LawRun> {
  const change = { ttl: TTL, status: 'completed' } as const;
  const run = await LawRun.create(backend, lab, change, { key, fingerprint: 'f' });
  await run.write('a');
  await run.write('b');
  return run;
}

describe('processes on one Redis whose clocks disagree', () => {
  it.each([
    ['behind', -HOUR],
    ['ahead', HOUR],
  ])('keep runs for as long as they are to be kept, where one is %s', async (_, shift) => {
    const [wrong, right] = [await opened(shift), await opened(0)];
    const runs = [await idleRun(wrong.backend, 'wrong'), await idleRun(right.backend, 'right')];
    await sweeps();
    for (const { key, written } of runs) {
      expect(await right.backend.directory.get(key)).toMatchObject({ status: 'completed' });
      expect(await wrong.backend.log.read(key, { after: 0, limit: 9 })).toMatchObject({
        tip: written.length,
      });
    }
    // The time that they have is over for both.
    await lab.clock.advance(TTL);
    await untilAsked(async () => {
      const left = await Promise.all(runs.map(async ({ key }) => right.backend.directory.get(key)));
      return left.every(run => run === undefined);
    }, 'the end of both');
    await Promise.all([wrong.backend.close(), right.backend.close()]);
  });

  it('renew what lives as long as a run, also after a clock was set back', async () => {
    const { backend, clock } = await opened(0);
    const run = await LawRun.create(backend, lab, { ttl: TTL });
    await run.write('a');
    await run.write('b');
    clock.advance(-HOUR);
    const [head, stream] = ['m', 's'].map(kind => `${lab.prefix}:${kind}:{${run.key}}`) as [string, string];
    const life = Number(await lab.probe.hget(head, 'px'));
    await lab.probe.hincrby(head, 'u', -life / 2);
    for (const key of [head, stream]) await lab.probe.pexpire(key, life / 2);
    await run.write('c');
    for (const key of [head, stream]) expect(await lab.probe.pttl(key)).toBeGreaterThan(life * 0.9);
    await backend.close();
  });
});
