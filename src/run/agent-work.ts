import { isPromise } from '../backends/awaitable.ts';

/** Told what became of the work. */
export interface WorkHost {
  complete(output: unknown): void;
  fail(error: unknown): void;
}

const STARTED = Promise.resolve();

/**
 * Calls `work` on a fresh microtask, and tells how it ended. Each promise more is one that a run holds while it waits, and
 * that Node's hooks are told of, so that these are as few as can be.
 */
export function beginWork(host: WorkHost, work: () => unknown): void {
  const complete = (output: unknown): void => {
    try {
      host.complete(output);
    } catch (error) {
      host.fail(error);
    }
  };
  void STARTED.then(() => {
    try {
      const output = work();
      if (!isPromise(output)) return complete(output);
      void Promise.resolve(output).then(complete, (error: unknown) => host.fail(error));
    } catch (error) {
      host.fail(error);
    }
  });
}
