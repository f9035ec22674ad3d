import type { Redis } from 'ioredis';
import { SluiceError } from '../../errors/sluice-error.ts';

/** The optional peer, when it is needed. Rejects with `MISSING_PEER`. */
export async function loadRedis(subject: string): Promise<typeof Redis> {
  try {
    return (await import('ioredis')).Redis;
  } catch (error) {
    throw new SluiceError(
      'MISSING_PEER',
      `${subject}: expected the package ioredis, which is not installed. Run: npm install ioredis@6`,
      { cause: error },
    );
  }
}
