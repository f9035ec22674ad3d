import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { planGraph } from '../../src/run/actions/plan-graph.ts';
import type { RunContext } from '../../src/run/context.ts';
import { runGraph, type GraphOptions } from '../../src/run/run-graph.ts';
import { acted, outcomeOf } from './actions/acting.ts';
import { pairingFaults } from './actions/pairing.ts';

const names = (count: number): string[] => Array.from({ length: count }, (_, n) => `n${n}`);

/** Dependencies on earlier nodes alone, so that there is no circle. */
const anyDependencies = fc
  .array(fc.array(fc.nat(), { maxLength: 4 }), { minLength: 1, maxLength: 30 })
  .map(lists =>
    Object.fromEntries(
      lists.map((list, n) => [`n${n}`, n === 0 ? [] : [...new Set(list.map(m => `n${m % n}`))]]),
    ),
  );

describe('planGraph', () => {
  it('places each node once, as early as it can be', () => {
    fc.assert(
      fc.property(anyDependencies, dependencies => {
        const waves = planGraph(Object.keys(dependencies), dependencies);
        const waveOf = new Map(waves.flatMap((wave, index) => wave.map(name => [name, index] as const)));
        expect(waves.flat().sort()).toEqual(Object.keys(dependencies).sort());
        for (const [name, needed] of Object.entries(dependencies)) {
          expect(waveOf.get(name)).toBe(Math.max(-1, ...needed.map(other => waveOf.get(other)!)) + 1);
        }
      }),
    );
  });

  it.each([
    ['a circle', { n0: ['n2'], n1: ['n0'], n2: ['n1'] }, '"n0" needs "n2" needs "n1" needs "n0"'],
    ['a node that needs itself', { n1: ['n1'] }, '"n1" needs "n1"'],
    ['a dependency that is no node', { n1: ['x'] }, '"n1" needs "x"'],
    ['dependencies of no node', { x: ['n1'] }, 'there is no node "x"'],
    ['a dependency named twice', { n1: ['n0', 'n0'] }, '"n1" names a dependency twice'],
  ])('refuses %s, and shows it', (_, dependencies, shown) => {
    expect(() => planGraph(names(3), dependencies as Record<string, string[]>)).toThrow(shown);
  });
});

describe('runGraph', () => {
  const diamond = {
    a: () => 1,
    b: async (_: RunContext, given: Readonly<Record<string, unknown>>) => (given['a'] as number) + 1,
    c: () => Promise.reject(new Error('broken')),
    d: (_: RunContext, given: Readonly<Record<string, unknown>>) => given,
    e: (_: RunContext, given: Readonly<Record<string, unknown>>) => given['b'],
  };
  const needs = { b: ['a'], d: ['b', 'c'], e: ['b'] } as const;
  const played = async (options: GraphOptions) => {
    let outcome: unknown;
    const world = await acted(
      async ctx => void (outcome = await outcomeOf(runGraph(ctx, diamond, needs, options))),
    );
    expect(pairingFaults(world.events)).toEqual([]);
    return { ...world, outcome };
  };

  it('hands results on, and skips what needs a failed node', async () => {
    const { outcome, events } = await played({ onFailure: 'continue' });
    expect(outcome).toEqual({
      results: { a: 1, b: 2, e: 2 },
      failed: { c: expect.objectContaining({ message: 'broken' }) },
      skipped: ['d'],
    });
    const [started, ended] = events
      .filter(({ type }) => type.startsWith('pipeline.'))
      .map(({ data }) => data);
    expect(started).toEqual({ name: 'graph', waves: 3, nodes: 5 });
    expect(ended).toMatchObject({ name: 'graph', results: { a: 1, b: 2, e: 2 } });
    expect(events.find(({ type }) => type === 'node.skipped')).toMatchObject({
      node: 'd',
      data: { name: 'd' },
    });
  });

  it('stops at the first failure unless it is told otherwise', async () => {
    const { outcome, types } = await played({});
    expect(outcome).toBe('threw broken');
    expect(types.slice(-3)).toEqual(['node.failed', 'wave.failed', 'pipeline.failed']);
    expect(types).not.toContain('node.skipped');
  });

  it('refuses before anything runs', async () => {
    const { types } = await acted(async ctx => {
      const nodes = { a: () => 1, b: () => 2 };
      expect(await outcomeOf(runGraph(ctx, nodes, { a: ['b'], b: ['a'] }))).toBe('threw BAD_OPTION');
      expect(await outcomeOf(runGraph(ctx, nodes, {}, { concurrency: 0 }))).toBe('threw BAD_OPTION');
      expect(await outcomeOf(runGraph(ctx, { ...nodes, c: 5 as never }))).toBe('threw BAD_OPTION');
      expect(await outcomeOf(runGraph(ctx, nodes, { b: 'a' as never }))).toBe('threw BAD_OPTION');
      expect(await outcomeOf(runGraph(ctx, nodes, {}, { onFailure: 'pray' as never }))).toBe(
        'threw BAD_OPTION',
      );
    });
    expect(types).toEqual([]);
  });

  it('never has more nodes at work than it may, and nothing before what it needs', async () => {
    await fc.assert(
      fc.asyncProperty(anyDependencies, fc.integer({ min: 1, max: 5 }), async (dependencies, concurrency) => {
        let working = 0;
        let most = 0;
        const done = new Set<string>();
        const nodes = Object.fromEntries(
          Object.keys(dependencies).map(name => [
            name,
            async () => {
              most = Math.max(most, ++working);
              expect(dependencies[name]!.every(other => done.has(other))).toBe(true);
              for (let turn = 0; turn < name.length; turn++) await Promise.resolve();
              working--;
              done.add(name);
            },
          ]),
        );
        const { events, run } = await acted(ctx => runGraph(ctx, nodes, dependencies, { concurrency }));
        expect([run.status, done.size]).toEqual(['completed', Object.keys(dependencies).length]);
        expect(most).toBeLessThanOrEqual(concurrency);
        expect(pairingFaults(events)).toEqual([]);
      }),
      { numRuns: 50 },
    );
  });
});
