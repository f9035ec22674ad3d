import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { isNotice } from '../../src/event/notice.ts';
import { broken, collect } from '../support/collect.ts';
import { codeOf } from '../support/code-of.ts';
import { anyProgram, play, type World } from './random-world.ts';

/** What is wrong in a world, in words; nothing if all that is promised of readers and ends holds. */
async function faultsOf({ engine, run, truth, witnesses, clock }: World): Promise<string[]> {
  const faults: string[] = [];
  const fault = (holds: boolean, what: string) => !holds && faults.push(what);
  truth.forEach((event, at) => {
    fault(event.seq === at + 1, `observer: seq ${event.seq} at place ${at}`);
    fault(at === 0 || event.time >= truth[at - 1]!.time, `time goes back at ${event.seq}`);
    fault((event.final === true) === (at === truth.length - 1), `final at ${event.seq} of ${truth.length}`);
  });
  const kept = truth.length - 64;
  for (const [at, witness] of witnesses.entries()) {
    const name = `witness ${at} (${witness.as})`;
    fault(witness.error === undefined, `${name}: failed with ${String(witness.error)}`);
    const wrong = broken(witness.hasLeft ? whole(witness, truth) : witness);
    fault(wrong === undefined, `${name}: ${wrong}`);
    for (const item of witness.items) {
      if (isNotice(item)) {
        fault(item.notice === 'gap' && item.to <= Math.max(kept, 0) + 64, `${name}: ${JSON.stringify(item)}`);
      } else {
        fault(item === truth[item.seq - 1], `${name}: another event under seq ${item.seq}`);
      }
    }
  }
  const late = collect(run);
  for (let round = 0; round < 200 && !late.ended; round++)
    await new Promise(resolve => setImmediate(resolve));
  fault(broken(late) === undefined, `late subscriber: ${broken(late)}`);
  const outcome = await codeOf(() => run.result);
  const expected = { completed: 'nothing thrown', failed: 'RUN_FAILED', cancelled: 'RUN_CANCELLED' } as const;
  fault(
    outcome === expected[run.status as keyof typeof expected],
    `result ${String(outcome)} when ${run.status}`,
  );
  fault(run.cursor === truth.at(-1)!.id, 'cursor');
  const { liveRuns, deadlines } = engine.stats;
  fault(liveRuns === 0 && deadlines === 0, `left behind: ${liveRuns} runs, ${deadlines} deadlines`);
  await engine.close();
  fault(clock.pending === 0, `left behind: ${clock.pending} alarms`);
  return faults;
}

/** What a witness that left would have seen, had the rest come as it should. */
function whole(witness: World['witnesses'][number], truth: World['truth']): World['witnesses'][number] {
  const last = witness.items.at(-1);
  const seen = last === undefined ? 0 : isNotice(last) ? (last as { to: number }).to : last.seq;
  return Object.assign(Object.create(Object.getPrototypeOf(witness) as object) as typeof witness, witness, {
    items: [...witness.items, ...truth.slice(seen)],
    completed: true,
  });
}

describe('random runs', () => {
  it('give every reader one order, no silent hole, nothing twice, one end, and leave nothing behind', async () => {
    await fc.assert(
      fc.asyncProperty(anyProgram, async program => {
        expect(await faultsOf(await play(program))).toEqual([]);
      }),
      { numRuns: 150 },
    );
  }, 60_000);
});
