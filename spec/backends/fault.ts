import type { Backend, Directory, Log } from '../../src/backends/backend.ts';

/** What a fault breaks, how, and the name of a law that must notice. */
export type PlantedFault = readonly [fault: string, plant: Fault, law: RegExp];

/** Wraps the synchronous memory backend so that it breaks one promise. */
export type Fault = (backend: Backend) => Backend;

type Parts<T> = { [Name in keyof T]?: T[Name] };

export function withLog(change: (log: Log, backend: Backend) => Parts<Log>): Fault {
  return backend => ({ ...backend, log: { ...methodsOf(backend.log), ...change(backend.log, backend) } });
}

export function withDirectory(change: (directory: Directory, backend: Backend) => Parts<Directory>): Fault {
  return backend => ({
    ...backend,
    directory: { ...methodsOf(backend.directory), ...change(backend.directory, backend) },
  });
}

export function methodsOf<T extends Log | Directory>(part: T): T {
  const names = Object.getOwnPropertyNames(Object.getPrototypeOf(part)) as (keyof T)[];
  const bound = names.map(name => [name, (part[name] as () => unknown).bind(part)] as const);
  return Object.fromEntries<unknown>(bound) as unknown as T;
}
