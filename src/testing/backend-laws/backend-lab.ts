import type { Awaitable } from '../../backends/awaitable.ts';
import type { Backend } from '../../backends/backend.ts';
import { systemClock } from '../../time/clock.ts';
import { breach, type Law } from '../law.ts';

/** Where a backend sits the exam. One lab serves all laws; each takes runs and tenants of its own. */
export interface BackendLab {
  /**
   * Opens a backend. If it is shared or durable, every call opens the same store; a store with one writer is
   * opened again only after the backend before was closed. What a law opens it closes.
   */
  open(): Awaitable<Backend>;
  /** The time of the backends: a `ManualClock` where the backend takes a clock, else one that waits. */
  readonly clock: { now(): number; advance(ms: number): Awaitable<void> };
  /** The time to live of runs that are meant to expire, in milliseconds. Default 60,000. */
  readonly ttl?: number | undefined;
  /** How long a hint may be on its way, in milliseconds of real time. Default 2,000. */
  readonly patience?: number | undefined;
}

/** A law on one open backend. */
export function law(
  name: string,
  check: (backend: Backend, lab: BackendLab) => Promise<void>,
): Law<BackendLab> {
  return {
    name,
    async check(lab) {
      const backend = await lab.open();
      try {
        await check(backend, lab);
      } finally {
        await backend.close();
      }
    },
  };
}

/** Waits in real time until something is true, for hints that are on their way. */
export async function eventually(
  lab: BackendLab,
  what: string,
  holds: () => Awaitable<boolean>,
): Promise<void> {
  const deadline = systemClock.now() + (lab.patience ?? 2_000);
  while (!(await holds())) {
    if (systemClock.now() > deadline) breach(`expected ${what}, waited in vain`);
    await new Promise<void>(resolve => systemClock.alarm(5, resolve, false));
  }
}
