import { runInThisContext } from 'node:vm';

/** What nobody caught while `act` ran, and shortly after: what would have ended the process. */
export async function processFaults(act: () => Promise<void>): Promise<unknown[]> {
  // A test runner gives specs a copy of `process`, whose listeners nobody calls.
  const real = runInThisContext('process') as NodeJS.Process;
  const faults: unknown[] = [];
  const note = (fault: unknown): number => faults.push(fault);
  real.on('unhandledRejection', note);
  real.on('uncaughtException', note);
  try {
    await act();
    for (let round = 0; round < 5; round++) await new Promise(resolve => setImmediate(resolve));
    // RxJS reports by a timer.
    await new Promise(resolve => setTimeout(resolve, 0));
    await new Promise(resolve => setImmediate(resolve));
  } finally {
    real.off('unhandledRejection', note);
    real.off('uncaughtException', note);
  }
  return faults;
}
