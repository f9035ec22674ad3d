import { SluiceError } from '../errors/sluice-error.ts';
import type { BridgeRequest } from './bridge.ts';

/** The agent that a request is for, where an address serves one. Throws `BAD_REQUEST`. */
export function chosenAgent(
  { engine, query }: Pick<BridgeRequest, 'engine' | 'query'>,
  { bridge, agent }: { readonly bridge: string; readonly agent: string | undefined },
): string {
  const known = engine.agentInfos.map(({ name }) => name);
  const chosen = query.get('agent') ?? agent ?? (known.length === 1 ? known[0] : undefined);
  if (chosen !== undefined) return chosen;
  throw new SluiceError(
    'BAD_REQUEST',
    `agent: there ${known.length === 0 ? 'is none' : `are ${known.join(', ')}`}, and the server was not told which one to serve here. Add ?agent=<name>, or pass ${bridge}({ agent }).`,
  );
}
