import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/** Bytes of live objects, after everything that can go has gone. */
export function heapUsed(): number {
  for (let round = 0; round < 3; round++) collectGarbage();
  return process.memoryUsage().heapUsed;
}

/**
 * What 10,000 things may leave behind, in bytes. Compiled code and the like come and go by a few megabytes; things of a
 * kilobyte or more that stay are over it.
 */
export const LEFT_OF_10_000 = 8 * 1024 * 1024;
