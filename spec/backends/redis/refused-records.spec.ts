import { afterAll, describe, expect, it } from '@jest/globals';
import type { Backend, RunChange } from '../../../src/backends/backend.ts';
import { createEngine } from '../../../src/engine/create-engine.ts';
import { SluiceError } from '../../../src/errors/sluice-error.ts';
import { until, untilAsked } from '../../support/settle.ts';
import { redisLab } from './redis-lab.ts';

const lab = await redisLab();
afterAll(() => lab.close());

/** A backend that refuses changes of some records, once it may, and counts them. */
async function refusing(
  refuses: (change: RunChange) => boolean,
  held?: Promise<void>,
): Promise<{ backend: Backend; refused: number }> {
  const inner = await lab.open();
  const { directory } = inner;
  const state = { refused: 0 };
  const update: typeof directory.update = async (key, change) => {
    if (!refuses(change)) return directory.update(key, change);
    await held;
    state.refused++;
    throw new SluiceError('STORAGE_LOST', 'refused');
  };
  const altered = new Proxy(directory, {
    get: (target, name) => {
      if (name === 'update') return update;
      const part = Reflect.get(target, name) as unknown;
      return typeof part === 'function' ? (part.bind(target) as unknown) : part;
    },
  });
  return Object.assign(state, { backend: { ...inner, directory: altered } });
}

describe('the record of a run whose change Redis refused', () => {
  it('is told once it takes changes again, while its owner lives, and never anything older', async () => {
    let refuses = true;
    let refuse!: () => void;
    const held = new Promise<void>(resolve => (refuse = resolve));
    const store = await refusing(() => refuses, held);
    const owner = createEngine({ backend: store.backend });
    const other = createEngine({ backend: await lab.open() });
    await Promise.all([owner.ready, other.ready]);
    let end!: () => void;
    const ending = await owner.start(() => 'at once', { id: 'ended' });
    const working = await owner.start(() => new Promise<void>(resolve => (end = resolve)), { id: 'working' });
    expect(await ending.result).toBe('at once');
    // Its end is to be told before it is known that its beginning was refused.
    refuse();
    await until(() => store.refused >= 2, 'two refusals');
    const statuses = async (): Promise<string[]> =>
      Promise.all(['ended', 'working'].map(async id => (await other.runs.get(id)).status));
    expect(await statuses()).toEqual(['accepted', 'accepted']);
    refuses = false;
    await untilAsked(async () => (await statuses()).join() === 'completed,running', 'the truth');
    expect(await other.runs.get('ended')).toMatchObject({ output: 'at once' });
    // Nobody looks for it any more when its owner dies.
    await untilAsked(async () => {
      const lists = await lab.probe.keys(`${lab.prefix}:owned:*`);
      const scores = await Promise.all(lists.map(list => lab.probe.zscore(list, 'default/ended')));
      return scores.every(score => score === null);
    }, 'its owner to let go');
    end();
    await working.result;
    await untilAsked(async () => (await statuses()).join() === 'completed,completed', 'the end');
    await Promise.all([owner.close(), other.close()]);
  }, 60_000);

  it('is told though another one is refused for good', async () => {
    const store = await refusing(change => 'reason' in change || !isOpen);
    let isOpen = false;
    const owner = createEngine({ backend: store.backend, grace: 50 });
    const other = createEngine({ backend: await lab.open() });
    await Promise.all([owner.ready, other.ready]);
    const run = await owner.start(() => new Promise<void>(() => undefined), { id: 'poisoned' });
    await run.cancel('a reason that no record may have');
    await run.result.catch(() => undefined);
    const fine = await owner.start(() => 'fine', { id: 'fine' });
    await fine.result;
    isOpen = true;
    await untilAsked(async () => (await other.runs.get('fine')).status === 'completed', 'the truth');
    expect((await other.runs.get('poisoned')).status).not.toBe('cancelled');
    await Promise.all([owner.close(), other.close()]);
  }, 60_000);
});
