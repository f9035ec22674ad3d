import { describe, expect, it } from '@jest/globals';
import { createClient } from '../../../src/client/create-client.ts';
import { until } from '../../support/settle.ts';
import { instancesLab } from './instances-lab.ts';

const lab = instancesLab();

/** Two attempts of an instance to renew its lease, each told twice: more than the 10 s for which it has one. */
const LAPSED = /(?:lease could not be renewed[^]*){3}/;

describe('two instances whose Redis is halted for longer than a lease', () => {
  it('say so, keep their runs, and go on where they were', async () => {
    const instances = [await lab.serve(0), await lab.serve(1)];
    const runs = await Promise.all(
      instances.map(async ({ url }) => {
        const client = createClient(url);
        const { runId } = await client.start('counter');
        const tail = lab.sluice('tail', runId, '--json', '--url', url);
        const lines = lab.sluice('tail', runId, '--url', url);
        return { client, tail, lines, runId, watched: lab.watch(runId) };
      }),
    );
    await Promise.all(runs.map(({ tail }) => tail.says(/"seq":30,/)));
    await until(() => runs.every(({ watched }) => watched.seqs.length > 30), 'some events');
    await Promise.all(runs.map(({ lines }) => lines.says(/counter/)));
    lab.redis.pause();
    expect((await fetch(`${lab.nginx.url}/readyz`)).status).toBe(503);
    expect((await fetch(`${lab.nginx.url}/healthz`)).status).toBe(200);
    await Promise.all(instances.map(({ process }) => process.says(LAPSED)));
    // Nobody was sent away: their connections are those that they had.
    for (const { lines, tail, watched } of runs) {
      await lines.says(/the server waits for its storage/);
      await tail.says(/"notice":"degraded"/);
      const notices = () => watched.items.filter(item => 'notice' in item);
      await until(() => notices().length > 0, 'a notice');
      expect(watched.servedBy.size).toBe(1);
      expect(notices()).toMatchObject([{ notice: 'degraded' }]);
    }
    const seen = runs.map(({ watched }) => watched.seqs.length);
    lab.redis.resume();
    await until(() => runs.every(({ watched }, at) => watched.seqs.length > seen[at]! + 30), 'more events');
    for (const { client, runId, watched, tail, lines } of runs) {
      expect(await client.get(runId)).toMatchObject({ status: 'running' });
      await client.cancel(runId);
      await watched.ended;
      expect(watched.seqs).toEqual(watched.seqs.map((_, at) => at + 1));
      expect(watched.items.at(-1)).toMatchObject({ type: 'cancelled' });
      expect(await tail.ended).toBe(0);
      expect(await lines.ended).toBe(0);
      expect([...lines.said.out.matchAll(/waits for its storage/g)]).toHaveLength(1);
      const told = [...tail.said.out.matchAll(/"seq":(\d+),/g)].map(([, seq]) => Number(seq));
      expect(told).toEqual(watched.seqs);
    }
    expect((await fetch(`${lab.nginx.url}/readyz`)).status).toBe(200);
  }, 120_000);
});
