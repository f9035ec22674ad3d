import { systemClock, type Clock } from '../../time/clock.ts';
import type { Backend } from '../backend.ts';
import { MemoryDirectory } from './memory-directory.ts';
import { MemoryLog } from './memory-log.ts';
import { RunStore } from '../run-store.ts';
import { MemoryNotes } from '../memory-notes.ts';
import { EventLog } from './event-log.ts';

/** What {@link memoryBackend} takes. */
export interface MemoryBackendOptions {
  /** Tells when runs expire and when they were changed. Default: the clock of the machine. */
  readonly clock?: Clock | undefined;
}

/**
 * Keeps runs in this process. Every answer is a value and never a promise, so that an event may be stored and
 * delivered inside the call that emits it. Watchers ring before the answer is returned.
 *
 * Per run it holds what `keep` allows plus some hundred bytes. A run whose status is accepted, running or waiting,
 * and whose log is open, stays; every other one goes `ttl` milliseconds after its last activity, late by at most
 * a share that grows with it (5 s for an hour). Calls after `close()` throw `STORAGE_LOST`.
 */
export function memoryBackend({ clock = systemClock }: MemoryBackendOptions = {}): Backend {
  const store = new RunStore({ clock, name: 'memory', events: record => new EventLog(record) });
  const notes = new MemoryNotes();
  return {
    flags: { durable: false, shared: false, chained: false },
    log: new MemoryLog(store),
    directory: new MemoryDirectory(store),
    notes,
    close() {
      store.close();
      notes.close();
      return Promise.resolve();
    },
  };
}
