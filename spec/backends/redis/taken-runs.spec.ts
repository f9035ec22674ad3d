import { afterAll, afterEach, describe, expect, it } from '@jest/globals';
import type { Backend } from '../../../src/backends/backend.ts';
import { createEngine } from '../../../src/engine/create-engine.ts';
import type { Engine } from '../../../src/engine/engine.ts';
import type { AppendEvent } from '../../../src/run/appender.ts';
import { instanceOf, LawRun, leaseOf, membershipOf } from '../../../src/testing/backend-laws/law-run.ts';
import { broken, collect } from '../../support/collect.ts';
import { until, untilAsked } from '../../support/settle.ts';
import { redisLab } from './redis-lab.ts';

const lab = await redisLab();
afterAll(() => lab.close());

const token = (content: string): AppendEvent => ({ type: 'token', data: { content }, key: content });

/** In how many lists of owned runs there is one. */
async function listsWith(key: string): Promise<number> {
  const lists = await lab.probe.keys(`${lab.prefix}:owned:*`);
  const scores = await Promise.all(lists.map(list => lab.probe.zscore(list, key)));
  return scores.filter(score => score !== null).length;
}

describe('a run that another process has taken', () => {
  const engines: Engine[] = [];
  afterEach(async () => {
    await Promise.all(engines.splice(0).map(engine => engine.close()));
  });

  async function instance(): Promise<Engine> {
    const engine = createEngine({ backend: await lab.open(), grace: 100 });
    engines.push(engine);
    await engine.ready;
    return engine;
  }

  it('counts in the process that has it alone, and comes back', async () => {
    const [one, other] = [await instance(), await instance()];
    const { id, run } = await one.open({ id: 'moving', idle: Infinity });
    const seen = [collect(run), collect(other.events(id))];
    for (let n = 0; n < 6; n++) {
      const [to, from] = n % 2 === 0 ? [other, one] : [one, other];
      expect(await to.append(id, [token(`${n}`)])).toMatchObject({ accepted: 1, last: n + 2 });
      await until(() => from.stats.liveRuns === 0, 'the former process to let go');
      await untilAsked(async () => (await listsWith(`default/${id}`)) === 1, 'one list');
      expect(to.stats.liveRuns).toBe(1);
    }
    // What was sent before is known by whoever has it.
    expect(await other.append(id, [token('5')])).toMatchObject({ first: 7, last: 7 });
    await other.append(id, [{ type: 'complete', data: { output: 'done' }, key: 'end' }]);
    await until(() => seen.every(({ ended }) => ended), 'the ends');
    for (const collected of seen) expect([broken(collected), collected.seqs.length]).toEqual([undefined, 8]);
    await untilAsked(async () => (await listsWith(`default/${id}`)) === 0, 'no list');
    expect([one.stats.liveRuns, other.stats.liveRuns]).toEqual([0, 0]);
  });

  it('is not on the list of the process whose lease ran out, once that one is back', async () => {
    const backends: Backend[] = [await lab.open({ lease: 300 }), await lab.open()];
    const [gone, other] = backends as [Backend, Backend];
    const run = await LawRun.create(gone, lab);
    await run.write('a');
    const lost: string[] = [];
    await leaseOf(gone).join(instanceOf(gone), (key, why) => lost.push(`${key} ${why}`));
    await membershipOf(other);
    expect(await leaseOf(other).claim(run.key, { force: true })).not.toBe('held');
    expect(await listsWith(run.key)).toBe(2);
    // Nobody looks for its commands: it finds out as one that was halted for longer than its lease does.
    await lab.probe.del(`${lab.prefix}:lease:${instanceOf(gone)}`);
    await untilAsked(async () => (await listsWith(run.key)) === 1, 'one list');
    expect(lost).toEqual([`${run.key} taken`]);
    expect(await lab.probe.zscore(`${lab.prefix}:owned:${instanceOf(other)}`, run.key)).not.toBeNull();
    await Promise.all(backends.map(backend => backend.close()));
  });
});
