/** Lets everything happen that needs no clock: all microtasks, and what they lead to. */
export async function settle(): Promise<void> {
  for (let round = 0; round < 3; round++) await new Promise(resolve => setImmediate(resolve));
}

/** Waits until `holds`; fails after a deadline that only a fault reaches. */
export async function until(holds: () => boolean, what = 'a condition'): Promise<void> {
  const deadline = Date.now() + 45_000;
  while (!holds()) {
    if (Date.now() > deadline) throw new Error(`${what} did not come true`);
    await new Promise(resolve => setImmediate(resolve));
  }
}

/** The same where somebody must be asked, and may fail to answer for a while. */
export async function untilAsked(holds: () => Promise<boolean>, what = 'a condition'): Promise<void> {
  const deadline = Date.now() + 45_000;
  for (;;) {
    const answer = await holds().catch((error: unknown) => error);
    if (answer === true) return;
    if (Date.now() > deadline) throw new Error(`${what} did not come true: ${String(answer)}`);
    await new Promise(resolve => setImmediate(resolve));
  }
}
