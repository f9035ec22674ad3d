import { Observers } from '../../src/engine/observers/observers.ts';
import type { Observer } from '../../src/index.ts';
import { systemClock } from '../../src/time/clock.ts';
import { Sweep } from '../../src/time/sweep.ts';
import { cpuPerOperation } from '../measure-cpu.ts';
import { prebuiltTokens } from '../prebuilt-tokens.ts';
import type { Row } from '../row.ts';

const POOL = 1024;
const COUNT = 50;
/** Events that one turn of the event loop brings. */
const BURST = 64;
let heard = 0;

/** What it costs that fifty observers are told of an event: putting it down, and all their calls. */
export const observersRow: Row = {
  name: 'observers',
  what: `tell an event to ${COUNT} observers, ${BURST} events a turn: counted, queued, isolated, delivered`,
  unit: 'ns',
  goal: { of: 'ratio', atMost: 2 },
  against: `a loop that calls ${COUNT} functions and looks at nothing`,
  base: fireAndForget,
  ours: told,
  others: {},
};

function functions(): Observer[] {
  return Array.from({ length: COUNT }, (_, at) => event => void (heard += event.seq + at));
}

function fireAndForget(): Promise<number> {
  const round = functions();
  const events = prebuiltTokens(POOL);
  return cpuPerOperation(async times => {
    for (let i = 0; i < times; i++) {
      const event = events[i % POOL]!;
      for (let at = 0; at < COUNT; at++) round[at]!(event);
      if (i % BURST === 0) await Promise.resolve();
    }
  });
}

async function told(): Promise<number> {
  const observers = new Observers({
    ...{ clock: systemClock, sweep: new Sweep(systemClock), onError: () => undefined },
  });
  for (const observer of functions()) observers.add(observer);
  const events = prebuiltTokens(POOL);
  const cost = await cpuPerOperation(async times => {
    for (let i = 0; i < times; i++) {
      observers.tell(events[i % POOL]!);
      if (i % BURST === 0) await Promise.resolve();
    }
    await observers.flush();
  });
  const lost = observers.all.reduce((sum, { seen, delivered }) => sum + seen - delivered, 0);
  if (lost > 0) throw new Error(`${lost} events were not delivered`);
  return cost;
}
