import { setTimeout as pause } from 'node:timers/promises';

/** Resolves when `condition` holds; fails when it does not within five seconds. */
export async function eventually(condition: () => boolean, what = String(condition)): Promise<void> {
  const deadline = Date.now() + 5_000;
  while (!condition()) {
    if (Date.now() > deadline) throw new Error(`never: ${what}`);
    await pause(1);
  }
}
