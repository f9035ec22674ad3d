import { emptyRun, foldRun, type RunState } from '../client/index.ts';
import type { Server } from './server-address.ts';
import { storedItems } from './stored-items.ts';

/** The questions of a run that wait for an answer, oldest first. Rejects as {@link storedItems} fails. */
export async function openAsks(server: Server, runId: string): Promise<RunState['asks']> {
  let state = emptyRun;
  // Questions and answers pass every filter, so this is the least that can be asked for.
  for await (const item of storedItems(server, runId, { filter: 'minimal' })) state = foldRun(state, item);
  return state.asks;
}
