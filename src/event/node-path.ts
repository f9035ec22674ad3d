import { SluiceError } from '../errors/sluice-error.ts';

const STEP = /^[^/\p{Cc}\p{Cs}]{1,128}$/u;
const LONGEST = 512;

/**
 * Returns `node` if it is a slash path of steps: `plan/search/2`. Steps have 1 to 128 characters, none of them a
 * control character; the whole at most 512. Throws `BAD_EVENT`.
 */
export function checkNode(node: unknown): string {
  if (typeof node === 'string' && node.length <= LONGEST && node.split('/').every(step => STEP.test(step))) {
    return node;
  }
  const shown = typeof node === 'string' ? JSON.stringify(node.slice(0, 64)) : typeof node;
  throw new SluiceError(
    'BAD_EVENT',
    `node: expected steps of 1 to 128 characters with slashes between them, at most ${LONGEST} in all, got ${shown}.`,
  );
}
