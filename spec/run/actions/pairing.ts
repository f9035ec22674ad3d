import type { RunEvent } from '../../../src/event/run-event.ts';

const OPENINGS = new Map([
  ['tool.called', 'tool'],
  ['llm.prompt', 'llm'],
  ['node.started', 'node'],
  ['wave.started', 'wave'],
  ['pipeline.started', 'pipeline'],
]);
const ENDINGS = new Map([
  ['tool.completed', 'tool'],
  ['tool.failed', 'tool'],
  ['llm.response', 'llm'],
  ['llm.failed', 'llm'],
  ['node.completed', 'node'],
  ['node.failed', 'node'],
  ['wave.completed', 'wave'],
  ['wave.failed', 'wave'],
  ['pipeline.completed', 'pipeline'],
  ['pipeline.failed', 'pipeline'],
]);

/** What is wrong with the openings and endings of a run, in words; nothing if every one has its other half. */
export function pairingFaults(events: readonly RunEvent[]): string[] {
  const faults: string[] = [];
  const open = new Map<string, RunEvent>();
  for (const event of events) {
    const opening = OPENINGS.get(event.type);
    const ending = ENDINGS.get(event.type);
    if (event.final && open.size > 0) faults.push(`open at the end: ${[...open.keys()].join(', ')}`);
    if (opening !== undefined) {
      const key = keyOf(opening, event);
      if (open.has(key)) faults.push(`${event.seq}: ${key} is opened while it is open`);
      open.set(key, event);
    }
    if (ending === undefined) continue;
    const key = keyOf(ending, event);
    const opened = open.get(key);
    if (!opened) faults.push(`${event.seq}: ${event.type} of ${key}, which is not open`);
    if (event.cause !== undefined && event.cause !== opened?.seq)
      faults.push(`${event.seq}: cause ${event.cause}`);
    open.delete(key);
    // One that is done may leave something behind, which goes on.
    if (event.type !== 'node.failed') continue;
    const inside = [...open].filter(
      ([, { node }]) => node === event.node || node?.startsWith(`${event.node}/`),
    );
    if (inside.length > 0)
      faults.push(`${event.seq}: ${key} is closed over ${inside.map(([name]) => name).join()}`);
  }
  return faults;
}

function keyOf(kind: string, { data, node = '' }: RunEvent): string {
  const { callId, index, name } = data as { callId?: string; index?: number; name?: string };
  if (callId !== undefined) return `${kind} ${callId}`;
  return kind === 'node' ? `node ${node}` : `${kind} ${node} ${index ?? name}`;
}
