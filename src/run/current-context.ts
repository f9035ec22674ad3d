import { AsyncLocalStorage } from 'node:async_hooks';
import type { RunContext } from './context.ts';

// One per process, also where a program holds an ESM and a CommonJS copy of the package.
const KEY = Symbol.for('sluice.run-context');
const holder = globalThis as { [KEY]?: AsyncLocalStorage<RunContext> };
const storage = (holder[KEY] ??= new AsyncLocalStorage<RunContext>());

/**
 * The context of the run whose agent is calling, however deep; `undefined` outside of runs. For libraries that want
 * to emit without being handed a context.
 */
export function getRunContext(): RunContext | undefined {
  return storage.getStore();
}

/** Runs `work` so that {@link getRunContext} finds `context` in all it starts. */
export function withRunContext<Result>(context: RunContext, work: () => Result): Result {
  return storage.run(context, work);
}
