import { contextStorage } from './context-storage.ts';
import type { RunContext } from './context.ts';

/**
 * The context of the run whose agent is calling, however deep; `undefined` outside of runs. For libraries that want
 * to emit without being handed a context.
 */
export function getRunContext(): RunContext | undefined {
  return contextStorage.getStore() as RunContext | undefined;
}

/** Runs `work` so that {@link getRunContext} finds `context` in all it starts. */
export function withRunContext<Result>(context: RunContext, work: () => Result): Result {
  return contextStorage.run(context, work);
}

/** Runs `work` as if outside of all runs, whoever called. */
export function withoutRunContext<Result>(work: () => Result): Result {
  return contextStorage.run(undefined, work);
}
