import { afterAll, describe, expect, it } from '@jest/globals';
import { createEngine } from '../../../src/index.ts';
import { redisLab } from './redis-lab.ts';

const lab = await redisLab();
afterAll(() => lab.close());

describe('two engines on one Redis', () => {
  it('see the same events, live and afterwards', async () => {
    const [one, other] = [
      createEngine({ backend: await lab.open() }),
      createEngine({ backend: await lab.open({ poll: 200 }) }),
    ];
    let goOn = (): void => undefined;
    const go = new Promise<void>(resolve => (goOn = resolve));
    const run = await one.start(
      async ctx => {
        ctx.token('before');
        await go;
        ctx.token('after');
        return 'done';
      },
      { id: 'shared' },
    );
    const seen: string[] = [];
    await new Promise<void>((resolve, reject) =>
      other.events('shared').subscribe({
        next: item => {
          if (!('type' in item)) return;
          seen.push(item.type);
          if (item.type === 'token') goOn();
        },
        error: reject,
        complete: resolve,
      }),
    );
    expect(seen.filter(type => type === 'token' || type === 'complete')).toEqual([
      'token',
      'token',
      'complete',
    ]);
    expect(await run.result).toBe('done');
    await one.close();
    expect(await other.runs.get('shared')).toMatchObject({ status: 'completed' });
    await other.close();
  });
});
