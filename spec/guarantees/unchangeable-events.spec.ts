import { describe, expect, it } from '@jest/globals';
import { createEngine, type RunEvent } from '../../src/index.ts';

/** Everything that code of somebody else may try on an event. */
function vandalise(event: RunEvent): void {
  const attempts = [
    () => Object.assign(event, { final: true }),
    () => Object.assign(event.data, { content: 'changed', output: 'changed' }),
    () => ((event.data as { list?: unknown[] }).list ?? []).push('changed'),
  ];
  for (const attempt of attempts) {
    try {
      attempt();
    } catch {
      // That it cannot be done is the point.
    }
  }
}

describe('G9: an event that was told', () => {
  it('is changed by nobody who heard it, in the log, for others, or in the life of its run', async () => {
    const engine = createEngine({ observers: [vandalise] });
    const run = await engine.start(async ctx => {
      await Promise.resolve();
      ctx.token('said');
      ctx.custom('nested', { list: ['said'] });
      return 'said';
    });
    run.subscribe(item => {
      if ('seq' in item) vandalise(item);
    });
    await expect(run.result).resolves.toBe('said');
    const { items } = await engine.events.search(run.id);
    expect(items.map(item => ('data' in item ? item.data : item))).toEqual([
      {},
      { content: 'said' },
      { list: ['said'] },
      { output: 'said', durationMs: expect.any(Number) },
    ]);
    expect([run.status, engine.stats.liveRuns]).toEqual(['completed', 0]);
    await engine.close();
  });
});
