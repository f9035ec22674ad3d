import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import type { RunEvent } from '../../../src/event/run-event.ts';
import { pairingFaults } from './pairing.ts';
import { anyGraphProgram, playGraph, type GraphWorld } from './random-graph.ts';

/** What is wrong in a world, in words. */
async function faultsOf({ engine, run, events, clock, listeners, unstopped }: GraphWorld): Promise<string[]> {
  const faults = pairingFaults(events);
  const finals = events.filter(({ final }) => final);
  if (finals.length !== 1 || events.at(-1) !== finals[0]) faults.push(`${finals.length} final events`);
  if (!['completed', 'failed', 'cancelled'].includes(run.status)) faults.push(`status ${run.status}`);
  if (listeners > 0) faults.push(`${listeners} listeners`);
  if (unstopped > 0) faults.push(`${unstopped} still at work`);
  const { deadlines, liveRuns } = engine.stats;
  if (deadlines > 0 || liveRuns > 0) faults.push(`${deadlines} deadlines, ${liveRuns} runs`);
  if (engine.gate.waiting > 0) faults.push(`${engine.gate.waiting} checks wait`);
  await engine.close();
  if (clock.pending > 0) faults.push(`${clock.pending} alarms`);
  return faults;
}

describe('a graph of 50 nodes with failures and policies, cancelled anywhere', () => {
  it('ends once, closes all that it opened, once each, and leaves nothing behind', async () => {
    const ends = new Map<string, number>();
    const seen = new Set<string>();
    await fc.assert(
      fc.asyncProperty(anyGraphProgram, async program => {
        const world = await playGraph(program);
        ends.set(world.run.status, (ends.get(world.run.status) ?? 0) + 1);
        for (const { type, data } of world.events) {
          seen.add(type === 'control.decided' ? `${(data as { signal: string }).signal}` : type);
        }
        expect(await faultsOf(world)).toEqual([]);
      }),
      { numRuns: 500 },
    );
    // The programs go everywhere.
    expect([...ends.keys()].sort()).toEqual(['cancelled', 'completed', 'failed']);
    expect(ends.get('cancelled')).toBeGreaterThan(200);
    for (const name of [
      'SKIP',
      'RETRY',
      'FALLBACK',
      'FAIL',
      'ask',
      'llm.failed',
      'wave.failed',
      'pipeline.failed',
    ]) {
      expect(seen).toContain(name);
    }
  }, 240_000);
});

describe('the judge of openings and endings', () => {
  const event = (seq: number, type: string, data: object, node?: string): RunEvent =>
    ({ seq, type, data, node }) as unknown as RunEvent;
  const called = event(1, 'tool.called', { callId: 'a' });
  const failed = event(2, 'tool.failed', { callId: 'a' });

  it('is content with pairs', () => {
    expect(pairingFaults([called, failed, { ...event(3, 'complete', {}), final: true }])).toEqual([]);
  });

  it.each<[string, readonly RunEvent[]]>([
    ['what is left open', [called, { ...event(3, 'complete', {}), final: true }]],
    ['what is closed twice', [called, failed, failed]],
    ['what is opened twice', [called, called]],
    [
      'a node closed over what is inside',
      [
        event(1, 'node.started', {}, 'n'),
        event(2, 'tool.called', { callId: 'a' }, 'n'),
        event(3, 'node.failed', {}, 'n'),
      ],
    ],
  ])('finds %s', (_, events) => expect(pairingFaults(events)).not.toEqual([]));
});
