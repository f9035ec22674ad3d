import { Observers } from '../../../src/engine/observers/observers.ts';
import type { ObserverFailure } from '../../../src/engine/observers/observer.ts';
import { isSluiceError } from '../../../src/errors/sluice-error.ts';
import type { RunEvent } from '../../../src/event/run-event.ts';
import { ManualClock } from '../../../src/testing/manual-clock.ts';
import { Sweep } from '../../../src/time/sweep.ts';

/** Observers without an engine, with a clock that is moved by hand. */
export function observersLab() {
  const clock = new ManualClock();
  const sweep = new Sweep(clock);
  const failures: { readonly said: string; readonly id: string; readonly seq: number | undefined }[] = [];
  const onError = (error: unknown, { id, event }: ObserverFailure): void => {
    failures.push({ said: isSluiceError(error) ? error.code : String(error), id, seq: event?.seq });
  };
  const observers = new Observers({ clock, sweep, onError });
  const seqs = new Map<string, number>();
  /** Tells the next event of a run. */
  const tell = (runId = 'r', type = 'token', data: object = { content: 'x' }): RunEvent => {
    const seq = (seqs.get(runId) ?? 0) + 1;
    seqs.set(runId, seq);
    const event = {
      ...{ id: `e.${seq}.0`, runId, tenantId: 'default', seq, type, data },
      ...{ time: '2030-01-01T00:00:00.000Z', source: 'agent' },
    } as unknown as RunEvent;
    observers.tell(event);
    return event;
  };
  return { clock, sweep, observers, failures, tell };
}

/** `run:seq`, short to compare. */
export function nameOf({ runId, seq }: RunEvent): string {
  return `${runId}:${seq}`;
}
