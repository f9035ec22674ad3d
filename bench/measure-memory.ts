const MANY = 20_000;

/** Bytes of heap that one more of `make`'s things takes, with everything it hangs on. */
export async function heapPerThing(make: () => Promise<unknown>): Promise<number> {
  // The first ones bring compiled code and shared tables with them.
  const things: unknown[] = new Array<unknown>(MANY * 1.5);
  for (let at = 0; at < MANY / 2; at++) things[at] = await make();
  const before = await heapNow();
  for (let at = MANY / 2; at < MANY * 1.5; at++) things[at] = await make();
  const after = await heapNow();
  // Read once more, or the collector takes them all before it is asked.
  if (!things.at(-1)) throw new Error('nothing was made');
  return (after - before) / MANY;
}

/** Bytes of heap of this process when its garbage is gone. */
export async function heapNow(): Promise<number> {
  await settled();
  return process.memoryUsage().heapUsed;
}

/** Resident bytes of this process when its garbage is gone. */
export async function residentBytes(): Promise<number> {
  await settled();
  return process.memoryUsage().rss;
}

async function settled(): Promise<void> {
  if (!globalThis.gc) throw new Error('measuring memory needs node --expose-gc');
  for (let round = 0; round < 4; round++) {
    await new Promise(resolve => setTimeout(resolve, 20));
    globalThis.gc();
  }
}
