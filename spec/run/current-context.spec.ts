import { describe, expect, it } from '@jest/globals';
import { getRunContext } from '../../src/run/current-context.ts';
import { createEngine } from '../../src/engine/create-engine.ts';

/** What a library deep inside an agent does. */
async function library(text: string): Promise<string | undefined> {
  await new Promise(resolve => setImmediate(resolve));
  getRunContext()?.token(text);
  return getRunContext()?.runId;
}

describe('getRunContext', () => {
  it('is nothing outside of runs', async () => {
    expect(getRunContext()).toBeUndefined();
    const engine = createEngine();
    const run = await engine.start(() => 1);
    await run.result;
    expect(getRunContext()).toBeUndefined();
    await engine.close();
  });

  it('finds the context of its own run through awaits and timers, where runs are interleaved', async () => {
    const engine = createEngine();
    const agent = async (ctx: { readonly runId: string }) => {
      const found: unknown[] = [];
      for (let at = 0; at < 5; at++) found.push(await library(`${ctx.runId}-${at}`));
      await new Promise(resolve => setTimeout(resolve));
      found.push(await Promise.all([library('x'), library('y')]));
      return found;
    };
    const [a, b] = await Promise.all([engine.start(agent, { id: 'a' }), engine.start(agent, { id: 'b' })]);
    expect([await a.result, await b.result]).toEqual([
      ['a', 'a', 'a', 'a', 'a', ['a', 'a']],
      ['b', 'b', 'b', 'b', 'b', ['b', 'b']],
    ]);
    const texts = (await engine.events.search('b', { query: 'b-' })).items.map(
      item => (item as { data: { content: string } }).data.content,
    );
    expect(texts).toEqual(['b-0', 'b-1', 'b-2', 'b-3', 'b-4']);
    await engine.close();
  });

  it('is one per process, also with two copies of the package', () => {
    const key = Symbol.for('sluice.run-context');
    const holder = globalThis as unknown as Record<
      symbol,
      { run(store: unknown, work: () => unknown): unknown }
    >;
    expect(holder[key]!.run('of another copy', () => getRunContext())).toBe('of another copy');
  });
});
