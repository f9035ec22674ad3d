import type * as Ws from 'ws';
import { SluiceError } from '../../errors/sluice-error.ts';

/** The optional peer. Rejects with `MISSING_PEER`. */
export async function loadWs(): Promise<typeof Ws> {
  try {
    return await import('ws');
  } catch (error) {
    throw new SluiceError(
      'MISSING_PEER',
      'WebSocket: expected the package ws, which is not installed. Run: npm install ws@8',
      { cause: error },
    );
  }
}
