import { afterAll, afterEach, describe, expect, it } from '@jest/globals';
import { runKey, type Backend, type RunNews, type RunRecord } from '../../../src/backends/backend.ts';
import { recordOf } from '../../../src/testing/backend-laws/law-run.ts';
import { randomName } from '../../../src/time/random-name.ts';
import { until, untilAsked } from '../../support/settle.ts';
import { redisLab } from './redis-lab.ts';

const lab = await redisLab();
afterAll(() => lab.close());

let backend: Backend;
afterEach(() => backend.close());

const runs = `${lab.prefix}:runs`;
const due = `${lab.prefix}:due`;
const MINUTE = 60_000;

async function create(ttl = 60 * MINUTE): Promise<RunRecord> {
  const record = recordOf(lab, { ttl });
  await backend.directory.create(record);
  return record;
}

const keyOf = ({ tenantId, runId }: RunRecord): string => runKey(tenantId, runId);

/** Takes what belongs to a run itself; what leads to it stays, as it does after a failover or a loss of power. */
async function lose(run: RunRecord): Promise<void> {
  await lab.probe.unlink(...['m', 's', 'b', 'q', 'd'].map(kind => `${lab.prefix}:${kind}:{${keyOf(run)}}`));
}

async function isListed(run: RunRecord): Promise<readonly [inRuns: boolean, inDue: boolean]> {
  const places = await Promise.all([
    lab.probe.zscore(`${runs}:${run.tenantId}`, run.runId),
    lab.probe.zscore(due, keyOf(run)),
  ]);
  return [places[0] !== null, places[1] !== null];
}

async function list({ tenantId }: RunRecord): Promise<string[]> {
  return (await backend.directory.list({ tenantId, limit: 10 })).runs.map(({ runId }) => runId);
}

describe('what leads to a run that Redis lost', () => {
  it('stays until a list comes upon it, and goes a minute later', async () => {
    backend = await lab.open();
    const told: RunNews[] = [];
    backend.directory.watch(news => told.push(news));
    const run = await create();
    await lose(run);
    await lab.clock.advance(2 * MINUTE);
    expect(await isListed(run)).toEqual([true, true]);
    expect(await list(run)).toEqual([]);
    await lab.clock.advance(0.9 * MINUTE);
    expect(await isListed(run)).toEqual([true, true]);
    await lab.clock.advance(0.2 * MINUTE);
    await untilAsked(async () => !(await isListed(run)).includes(true), 'no trace of it');
    const { tenantId, runId } = run;
    await until(() => told.at(-1)?.news === 'removed', 'the news');
    expect(told.at(-1)).toEqual({ news: 'removed', tenantId, runId });
  });

  it('goes when its time is over, if no list comes upon it', async () => {
    backend = await lab.open();
    const run = await create(5 * MINUTE);
    await lose(run);
    await lab.clock.advance(4 * MINUTE);
    expect(await isListed(run)).toEqual([true, true]);
    await lab.clock.advance(2 * MINUTE);
    await untilAsked(async () => !(await isListed(run)).includes(true), 'no trace of it');
  });

  it('goes too where nothing says when', async () => {
    backend = await lab.open();
    const run = await create();
    await lose(run);
    await lab.probe.zrem(due, keyOf(run));
    expect(await list(run)).toEqual([]);
    await untilAsked(async () => (await isListed(run))[1], 'a visit');
    await lab.clock.advance(1.1 * MINUTE);
    await untilAsked(async () => !(await isListed(run)).includes(true), 'no trace of it');
  });

  it('leads to the run that is created in its place meanwhile', async () => {
    backend = await lab.open();
    const run = await create();
    await lose(run);
    expect(await list(run)).toEqual([]);
    expect(await backend.directory.create(run)).toMatchObject({ result: 'created' });
    await lab.clock.advance(2 * MINUTE);
    expect(await list(run)).toEqual([run.runId]);
    expect(await isListed(run)).toEqual([true, true]);
  });

  it('harms no run that is created in its place at the moment when it goes', async () => {
    backend = await lab.open({ sweep: 10 });
    const tenantId = `t-${randomName(6)}`;
    const made = Array.from({ length: 300 }, () => recordOf(lab, { ttl: 60 * MINUTE, tenantId }));
    for (const run of made) {
      const [now, key] = [lab.clock.now(), keyOf(run)];
      await lab.probe.zadd(`${runs}:${tenantId}`, now, run.runId);
      await lab.probe.zadd(due, now, key);
      expect(await backend.directory.create(run)).toMatchObject({ result: 'created' });
    }
    await lab.clock.advance(2 * MINUTE);
    await untilAsked(
      async () =>
        (await Promise.all(made.map(isListed))).every(places => !places.includes(false)) &&
        (await lab.probe.pttl(`${runs}:${tenantId}`)) > 60 * MINUTE,
      'the lists of all runs',
    );
    const found = await Promise.all(
      made.map(async run => backend.directory.get(runKey(tenantId, run.runId))),
    );
    expect(found.filter(record => record === undefined)).toEqual([]);
  });
});

describe('a run', () => {
  it('goes in time, whatever life somebody asks for who is told that it exists', async () => {
    backend = await lab.open();
    const run = await create(MINUTE);
    const again = await backend.directory.create({ ...run, ttl: 1_000 * MINUTE });
    expect(again).toEqual({ result: 'exists' });
    // It is visited at once, and time must not pass between what a visit reads and what it plans.
    await untilAsked(async () => {
      const [seconds] = await lab.probe.time();
      const planned = Number(await lab.probe.zscore(due, keyOf(run)));
      return planned > Number(seconds) * 1_000 + MINUTE / 2;
    }, 'the visit');
    await lab.clock.advance(2 * MINUTE);
    await untilAsked(async () => !(await isListed(run)).includes(true), 'no trace of it');
    expect(await backend.directory.get(runKey(run.tenantId, run.runId))).toBeUndefined();
  });
});
