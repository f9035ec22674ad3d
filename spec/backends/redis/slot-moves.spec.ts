import { describe, expect, it } from '@jest/globals';
import { Redis } from 'ioredis';
import { redisBackend } from '../../../src/backends/redis/redis-backend.ts';
import { createEngine } from '../../../src/engine/create-engine.ts';
import type { Engine } from '../../../src/engine/engine.ts';
import { broken, collect } from '../../support/collect.ts';
import { redisCluster } from '../../support/redis-cluster.ts';
import { until } from '../../support/settle.ts';

describe('a slot of a cluster that moves', () => {
  it('takes its runs along while they are written and watched', async () => {
    const cluster = await redisCluster();
    const client = cluster.client();
    const open = async (): Promise<Engine> => {
      const backend = await redisBackend({ client, poll: 300, timeout: 5_000 });
      return createEngine({ backend, grace: 100, storageTimeout: 45_000 });
    };
    const [owner, other] = [await open(), await open()];
    await Promise.all([owner.ready, other.ready]);
    const run = await owner.open({ id: 'moving' });
    const readers = [owner, other].map(engine => collect(engine.events('moving')));
    let said = 1;
    const speak = (): void => {
      for (let n = 0; n < 5; n++) run.token(`word ${++said}`);
    };
    speak();
    await until(() => readers.every(({ events }) => events.length === said), 'the first words');
    // There and back again, and words at every step.
    for (const hop of [1, 1, 1]) await cluster.moveSlot('{default/moving}', hop, speak);
    speak();
    await until(() => readers.every(({ events }) => events.length === said), 'all words');
    void run.complete();
    for (const reader of readers) {
      await until(() => reader.ended, 'the end');
      expect(broken(reader)).toBeUndefined();
      expect(reader.notices.filter(({ notice }) => notice !== 'degraded')).toEqual([]);
      expect(reader.events.map(({ id }) => id)).toEqual(readers[0]!.events.map(({ id }) => id));
      expect(reader.seqs).toHaveLength(said + 1);
    }
    const homes = await Promise.all(
      cluster.servers.map(async ({ url }) => {
        const node = new Redis(url);
        const keys = await node.keys('sluice:s:*');
        node.disconnect();
        return keys.length;
      }),
    );
    expect(homes.reduce((sum, count) => sum + count, 0)).toBe(1);
    await Promise.all([owner.close(), other.close()]);
    client.disconnect();
    await cluster.close();
  });
});
