import { prebuiltTokens } from '../prebuilt-tokens.ts';

const POOL = 1_024;

/** Tokens as Sluice sends them on a WebSocket. */
export function encodeMessages(): readonly Buffer[] {
  return prebuiltTokens(POOL).map(event =>
    Buffer.from(JSON.stringify({ type: 'event', id: event.runId, event })),
  );
}
