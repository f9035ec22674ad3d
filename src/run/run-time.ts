import type { RunEvent } from '../event/run-event.ts';
import type { RunParts } from './run-parts.ts';

/** A proposal with this time has that of the event before. */
const AS_BEFORE = 0;

/**
 * When something is that is said here, in milliseconds since the Unix epoch. The clock tells nothing of a run of the
 * past: what its importer gives no time has that of the event before.
 */
export function timeIn({ identity, services }: RunParts): number {
  return identity.startedAt === undefined ? services.clock.now() : AS_BEFORE;
}

/** When an end is, as the pipe takes it; `proposed` is what an importer says. */
export function endTimeIn({ identity, services }: RunParts, proposed: number): number {
  return identity.startedAt === undefined ? services.clock.now() : proposed;
}

/** Milliseconds that a run took until its newest event; `age` is how long this process knows it. */
export function lengthOf(run: {
  readonly parts: RunParts;
  readonly age: number;
  readonly window: { readonly newest: RunEvent | undefined };
}): number {
  const { startedAt } = run.parts.identity;
  if (startedAt === undefined) return run.age;
  const { newest } = run.window;
  return newest ? Date.parse(newest.time) - startedAt : 0;
}
