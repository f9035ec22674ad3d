import { firstValueFrom, toArray } from 'rxjs';
import type { Engine } from '../../src/engine/engine.ts';
import type { RunEvent } from '../../src/event/run-event.ts';
import type { Run } from '../../src/run/run-handle.ts';

/** Every event of a run from a place on, until its end, in order; a notice is a fault. */
export async function eventsOf(engine: Engine, runId: string, after?: string): Promise<RunEvent[]> {
  const items = await firstValueFrom(engine.events(runId, { after }).pipe(toArray()));
  for (const item of items) if ('notice' in item) throw new Error(`a notice: ${item.notice}`);
  return items as RunEvent[];
}

/** What is heard of a run from now on; grows. */
export function heardOf(run: Run): RunEvent[] {
  const heard: RunEvent[] = [];
  run.subscribe({
    next: item => {
      if (!('notice' in item)) heard.push(item);
    },
    // A run that is left to another process ends with an error for who listens here.
    error: () => undefined,
  });
  return heard;
}

/** What the tokens say, thoughts left out. */
export function textOf(events: readonly RunEvent[]): string {
  return events
    .map(({ type, data }) => (type === 'token' && data.role === undefined ? data.content : ''))
    .join('');
}

/** The types, tokens left out. */
export function typesOf(events: readonly RunEvent[]): string[] {
  return events.map(({ type }) => type).filter(type => type !== 'token');
}
