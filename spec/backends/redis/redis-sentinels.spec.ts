import { describe, expect, it } from '@jest/globals';
import { redisBackend } from '../../../src/backends/redis/redis-backend.ts';
import { createEngine } from '../../../src/engine/create-engine.ts';
import type { Engine } from '../../../src/engine/engine.ts';
import { broken, collect } from '../../support/collect.ts';
import { redisSentinels } from '../../support/redis-sentinels.ts';
import { until, untilAsked } from '../../support/settle.ts';

describe('a Redis that sentinels look after', () => {
  it('may lose its master: the run goes on, and is read alike everywhere', async () => {
    const sentinels = await redisSentinels();
    const open = async (): Promise<Engine> => {
      const backend = await redisBackend({ options: sentinels.place, poll: 300, timeout: 2_000 });
      return createEngine({ backend, grace: 100, storageTimeout: 45_000 });
    };
    const [owner, other] = [await open(), await open()];
    await Promise.all([owner.ready, other.ready]);
    const run = await owner.open({ id: 'kept' });
    const readers = [owner, other].map(engine => collect(engine.events('kept')));
    let said = 1;
    const say = (count: number): void => {
      for (let n = 0; n < count; n++) run.token(`word ${++said}`);
    };
    say(20);
    await until(() => readers.every(({ events }) => events.length === said), 'the first words');
    await sentinels.killMaster();
    say(20);
    await until(() => readers.every(({ events }) => events.length === said), 'what was said meanwhile');
    void run.complete('done');
    for (const reader of readers) {
      await until(() => reader.ended, 'the end');
      expect(broken(reader)).toBeUndefined();
      expect(reader.notices.filter(({ notice }) => notice !== 'degraded')).toEqual([]);
      expect(reader.seqs).toHaveLength(said + 1);
      expect(reader.events.map(({ id }) => id)).toEqual(readers[0]!.events.map(({ id }) => id));
    }
    await untilAsked(async () => (await other.runs.get('kept')).status === 'completed', 'its record');
    await Promise.all([owner.close(), other.close()]);
    await sentinels.close();
  });
});
