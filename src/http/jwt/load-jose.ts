import type * as Jose from 'jose';
import { SluiceError } from '../../errors/sluice-error.ts';

/** The optional peer. Rejects with `MISSING_PEER`. */
export async function loadJose(): Promise<typeof Jose> {
  try {
    return await import('jose');
  } catch (error) {
    throw new SluiceError(
      'MISSING_PEER',
      'jwt: expected the package jose, which is not installed. Run: npm install jose@6',
      { cause: error },
    );
  }
}
