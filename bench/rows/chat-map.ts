import { agUiTeller } from '../../src/bridges/ag-ui/ag-ui-teller.ts';
import { chatTeller } from '../../src/bridges/ai-sdk/chat-teller.ts';
import type { Teller } from '../../src/bridges/teller.ts';
import { Entry } from '../../src/event/entry.ts';
import { cpuPerOperation } from '../measure-cpu.ts';
import { prebuiltTokens } from '../prebuilt-tokens.ts';
import type { Row } from '../row.ts';

const EVENTS = 5_000;

/** What keeps the written from being optimised away. */
let total = 0;

/** What it costs to tell an event in the words of AG-UI, as frames. */
export const agUiMap = mapRow('ag-ui-map', 'AG-UI', () => agUiTeller({ threadId: 'a-thread' }));

/** What it costs to tell an event in chunks of the AI SDK, as frames. */
export const aiSdkMap = mapRow('ai-sdk-map', 'AI SDK', () => chatTeller({}));

function mapRow(name: string, system: string, teller: () => Teller): Row {
  return {
    name,
    what: `${system}: token → frames`,
    unit: 'ns',
    goal: { of: 'ratio', atMost: 2 },
    against: 'JSON.stringify of the event',
    base: () => eachPass(events => events.forEach(({ event }) => (total += JSON.stringify(event).length))),
    ours: () =>
      eachPass(events => {
        // A run is told once; then it is told to somebody else.
        const told = teller();
        for (const entry of events) total += told.tell(entry).length;
      }),
    others: {},
  };
}

async function eachPass(pass: (events: readonly Entry[]) => void): Promise<number> {
  const events = prebuiltTokens(EVENTS).map(event => Entry.ofEvent(event, 200));
  const perPass = await cpuPerOperation(times => {
    for (let at = 0; at < times; at++) pass(events);
  });
  return total < 0 ? 0 : perPass / EVENTS;
}
