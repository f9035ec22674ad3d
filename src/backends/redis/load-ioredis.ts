import type { Redis } from 'ioredis';
import { SluiceError } from '../../errors/sluice-error.ts';
import { quickenStringMethods } from './string-methods.ts';

/** The optional peer, when it is needed. Rejects with `MISSING_PEER`. */
export async function loadRedis(subject: string): Promise<typeof Redis> {
  try {
    const { Redis } = await import('ioredis');
    quickenStringMethods();
    return Redis;
  } catch (error) {
    throw new SluiceError(
      'MISSING_PEER',
      `${subject}: expected the package ioredis, which is not installed. Run: npm install ioredis@6`,
      { cause: error },
    );
  }
}
