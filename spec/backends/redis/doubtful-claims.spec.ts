import { afterAll, describe, expect, it } from '@jest/globals';
import { runKey, type Backend, type Lease } from '../../../src/backends/backend.ts';
import { createEngine } from '../../../src/engine/create-engine.ts';
import { defineAgent } from '../../../src/engine/define-agent.ts';
import { SluiceError } from '../../../src/errors/sluice-error.ts';
import { recordOf } from '../../../src/testing/backend-laws/law-run.ts';
import { codeOf } from '../../support/code-of.ts';
import { collect } from '../../support/collect.ts';
import { until } from '../../support/settle.ts';
import { redisLab } from './redis-lab.ts';

const lab = await redisLab();
afterAll(() => lab.close());

/** A backend whose first claim is granted, and not answered. */
function silentAtFirstClaim(backend: Backend): Backend {
  const lease = backend.lease!;
  let isFirst = true;
  const same: Lease = {
    join: (...how) => lease.join(...how),
    free: key => lease.free(key),
    dead: () => lease.dead(),
    async claim(key, how) {
      const answer = await lease.claim(key, how);
      if (!isFirst) return answer;
      isFirst = false;
      throw new SluiceError('STORAGE_LOST', 'no answer');
    },
  };
  return { ...backend, lease: same };
}

describe('a claim that was granted, of which nobody was told', () => {
  const agent = defineAgent({ name: 'agent', run: () => 'done' });
  const start = { id: 'claimed', idempotencyKey: 'once' };

  it('leaves no run behind that is nobody’s while its process lives', async () => {
    const first = createEngine({ backend: silentAtFirstClaim(await lab.open()), agents: [agent] });
    const other = createEngine({ backend: await lab.open(), agents: [agent] });
    expect(await codeOf(() => first.start('agent', start))).toBe('STORAGE_LOST');
    const run = await other.start('agent', start);
    const seen = collect(other.events(run.id));
    await until(() => seen.ended, 'its end');
    expect(seen.types.at(-1)).toMatch(/^(complete|error)$/);
    for (const engine of [first, other]) await engine.close();
  });

  it('is begun by its own process, where that is asked again', async () => {
    const engine = createEngine({ backend: silentAtFirstClaim(await lab.open()), agents: [agent] });
    const again = { id: 'again', idempotencyKey: 'twice' };
    expect(await codeOf(() => engine.start('agent', again))).toBe('STORAGE_LOST');
    const run = await engine.start('agent', again);
    expect(await run.result).toBe('done');
    await engine.close();
  });
});

describe('a claim', () => {
  it('is found by others when its process dies, although Redis lost in between that it was announced', async () => {
    const backend = await lab.open();
    await backend.lease!.join('claimer');
    const owned = `${lab.prefix}:owned:claimer`;
    const announced = new Map<string, number>();
    /** Whose announcement was lost, and how often it had been announced by then. */
    const lost = new Map<string, number>();
    // Those that were claimed only after Redis had lost the announcement.
    const claimed: string[] = [];
    const monitor = await lab.probe.monitor();
    monitor.on('monitor', (_: string, [command = '', place = '', ...rest]: string[]) => {
      const key = rest.at(-1)!;
      if (/^zadd$/i.test(command) && place === owned) {
        const times = announced.get(key) ?? 0;
        announced.set(key, times + 1);
        if (times === 0) void lab.probe.zrem(owned, key);
      }
      if (/^zrem$/i.test(command) && place === owned) lost.set(key, announced.get(key)!);
      const ran = /^hset$/i.test(command) && rest[0] === 'f' ? /\{(.*)\}$/.exec(place)?.[1] : undefined;
      // A loss between the second announcement and the claim would have cut the connection that brings both.
      if (ran !== undefined && lost.get(ran) === 1) claimed.push(ran);
    });
    for (let count = 0; count < 100; count++) {
      const record = recordOf(lab);
      const key = runKey(record.tenantId, record.runId);
      await backend.directory.create(record);
      await backend.lease!.claim(key);
      await until(() => lost.has(key), 'the loss');
    }
    monitor.disconnect();
    expect(claimed.length).toBeGreaterThan(0);
    expect(await Promise.all(claimed.map(key => lab.probe.zscore(owned, key)))).not.toContain(null);
    await backend.close();
  });
});
