const WARM_UP = 400_000;
const SLICE = 100_000;
const SLICES = 5;

/** User and system time of this process since it began, in microseconds, helper threads of V8 included. */
export function cpuMicros(): number {
  const { user, system } = process.cpuUsage();
  return user + system;
}

/** CPU nanoseconds of one operation: after a warm-up, the median of five slices of about 100 ms. */
export async function cpuPerOperation(run: (times: number) => void | Promise<void>): Promise<number> {
  let times = 64;
  let spent = 0;
  let last = 0;
  for (const start = cpuMicros(); spent < WARM_UP; spent = cpuMicros() - start) {
    if (last < SLICE / 4) times *= 2;
    const before = cpuMicros();
    await run(times);
    last = cpuMicros() - before;
  }
  times = Math.max(1, Math.round((times * SLICE) / Math.max(1, last)));
  const slices: number[] = [];
  for (let slice = 0; slice < SLICES; slice++) {
    const before = cpuMicros();
    await run(times);
    slices.push(((cpuMicros() - before) * 1_000) / times);
  }
  return median(slices);
}

export function median(numbers: readonly number[]): number {
  const sorted = [...numbers].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
