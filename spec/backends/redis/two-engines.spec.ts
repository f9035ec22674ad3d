import { afterAll, describe, expect, it } from '@jest/globals';
import { createEngine, type Engine } from '../../../src/index.ts';
import { LawRun } from '../../../src/testing/backend-laws/law-run.ts';
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

  it('refuse an answer that no event can have, whoever has the run', async () => {
    const run = await LawRun.create(await lab.open(), lab);
    const { runId, tenantId } = run.record;
    const engine = createEngine({ backend: await lab.open() });
    const odd = [10n, () => 1, NaN, 'x'.repeat(300_000)];
    const refusals = await Promise.all(
      odd.map(value => engine.runs.answer(runId, 'question', { tenantId, value }).catch(codeOf)),
    );
    refusals.push(
      await engine.runs.answer(runId, 'question', { tenantId, value: 1, by: 'x'.repeat(300) }).catch(codeOf),
    );
    expect(refusals).toEqual(Array(5).fill('BAD_ANSWER'));
    expect(await lab.probe.exists(`${lab.prefix}:q:{${run.key}}`)).toBe(0);
    await engine.close();
  });

  it('erase a run that ends just now at the next attempt', async () => {
    const [one, other] = [
      createEngine({ backend: await lab.open() }),
      createEngine({ backend: await lab.open() }),
    ];
    for (let at = 0; at < 30; at++) {
      const id = `ends-${at}`;
      const run = await one.start(() => 'done', { id });
      const erased = Promise.all([one, other].map(engine => erase(engine, id)));
      await run.result.catch(() => undefined);
      expect(await erased).toEqual(['RUN_NOT_FOUND', 'RUN_NOT_FOUND']);
    }
    await Promise.all([one.close(), other.close()]);
  });
});

/** Asks until nothing is left, and says what is answered then. */
async function erase(engine: Engine, id: string): Promise<unknown> {
  for (;;) {
    const answer = await engine.runs.delete(id).catch(codeOf);
    if (answer !== 'requested' && answer !== 'erased') return answer;
  }
}

function codeOf(error: unknown): unknown {
  return (error as { code?: unknown }).code;
}
