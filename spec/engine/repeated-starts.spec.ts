import { describe, expect, it } from '@jest/globals';
import { createEngine } from '../../src/engine/create-engine.ts';
import { answeredAfter, slowBackend } from '../support/slow-backend.ts';

/** A store that answers the first request last. */
function backwards() {
  let turns = 60;
  return slowBackend({ directory: answeredAfter(() => Math.max(1, (turns -= 20))) });
}

describe('starts that repeat each other', () => {
  it('get one run that lives, whichever is answered first', async () => {
    const engine = createEngine({ backend: backwards(), grace: 0 });
    const start = () => engine.start(() => new Promise(() => undefined), { idempotencyKey: 'k' });
    const [, second] = await Promise.all([start(), start()]);
    expect(second.status).toBe('running');
    await second.cancel();
    expect(second.status).toBe('cancelled');
    await engine.close();
  });

  it('get one writer, whichever is answered first', async () => {
    const engine = createEngine({ backend: backwards(), grace: 0 });
    const [first, second] = await Promise.all([
      engine.open({ idempotencyKey: 'k' }),
      engine.open({ idempotencyKey: 'k' }),
    ]);
    expect(second.id).toBe(first.id);
    await engine.close();
  });

  it('do not wait for themselves', async () => {
    const engine = createEngine({ backend: backwards(), grace: 0 });
    const start = () => engine.start(() => 1, { id: 'a', idempotencyKey: 'k' });
    const runs = await Promise.all([start(), start(), start()]);
    expect(await Promise.all(runs.map(run => run.result))).toEqual([1, 1, 1]);
    await engine.close();
  });
});
