import { AsyncLocalStorage } from 'node:async_hooks';

// One per process, also where a program holds an ESM and a CommonJS copy of the package.
const KEY = Symbol.for('sluice.run-context');
const holder = globalThis as { [KEY]?: AsyncLocalStorage<object | undefined> };

/** Holds the context of the run whose code is running. */
export const contextStorage = (holder[KEY] ??= new AsyncLocalStorage<object | undefined>());
