import { afterAll, describe, expect, it } from '@jest/globals';
import type { Backend, Directory } from '../../../src/backends/backend.ts';
import { createEngine } from '../../../src/engine/create-engine.ts';
import { defineAgent } from '../../../src/engine/define-agent.ts';
import { codeOf } from '../../support/code-of.ts';
import { redisLab } from './redis-lab.ts';

const lab = await redisLab();
afterAll(() => lab.close());

/** A backend whose answers about new runs do not arrive. */
function silentAtCreation(backend: Backend): Backend {
  const { directory } = backend;
  const same: Directory = {
    create: async (record, idempotency) => {
      await directory.create(record, idempotency);
      throw new Error('no answer');
    },
    get: key => directory.get(key),
    list: query => directory.list(query),
    update: (key, change) => directory.update(key, change),
    delete: key => directory.delete(key),
    watch: tell => directory.watch(tell),
  };
  return { ...backend, directory: same };
}

describe('a run that was admitted, of which nobody was told', () => {
  const agent = defineAgent({ name: 'agent', run: () => 'done' });
  const start = { id: 'unbegun', idempotencyKey: 'once' };

  it('is begun by whoever asks for it again, once', async () => {
    const first = createEngine({ backend: silentAtCreation(await lab.open()), agents: [agent] });
    expect(await codeOf(() => first.start('agent', start))).toBe('STORAGE_LOST');
    const others = await Promise.all(
      [1, 2].map(async () => createEngine({ backend: await lab.open({ poll: 100 }), agents: [agent] })),
    );
    const runs = await Promise.all(others.map(engine => engine.start('agent', start)));
    for (const run of runs) expect(await run.result).toBe('done');
    const { items } = await others[0]!.events.search('unbegun');
    expect(items.map(item => 'type' in item && item.type)).toEqual(['started', 'complete']);
    for (const engine of [first, ...others]) await engine.close();
  });
});
