import { setTimeout as pause } from 'node:timers/promises';
import type { Engine } from '../../src/engine/engine.ts';
import { codeOfError } from './error-code.ts';
import type { HistoryFile } from './history.ts';
import { noteItem } from './read-record.ts';
import type { Chance } from './seeded-chance.ts';

/** How a reader of an engine reads one run. */
export interface EngineReaderParts {
  readonly engine: Engine;
  readonly history: HistoryFile;
  readonly chance: Chance;
  readonly reader: string;
  /** Goes away now and then, and comes back behind its cursor. */
  readonly isRestless: boolean;
}

/** Reads a run to its end; after trouble it goes on behind its cursor. */
export async function readFromEngine(run: string, parts: EngineReaderParts): Promise<void> {
  const { history, reader, chance, isRestless } = parts;
  const state = { after: 'start' };
  for (;;) {
    history.note({ kind: 'began', run, reader, after: state.after });
    const how = await readOnce(run, state, parts, isRestless ? chance.between(5, 60) : Infinity);
    if (how === 'ended') return history.note({ kind: 'ended', run, reader });
    if (how === 'RUN_NOT_FOUND') return history.note({ kind: 'left', run, reader, why: how });
    await pause(chance.between(20, 400));
  }
}

function readOnce(
  run: string,
  state: { after: string },
  { engine, history, reader }: EngineReaderParts,
  most: number,
): Promise<string> {
  let seen = 0;
  return new Promise(resolve => {
    const subscription = engine.events(run, { after: state.after }).subscribe({
      next: item => {
        state.after = noteItem(history, { run, reader }, item) ?? state.after;
        // The subscription may not be there yet, where everything comes at once.
        if (++seen < most) return;
        queueMicrotask(() => {
          subscription.unsubscribe();
          resolve('left');
        });
      },
      error: (error: unknown) => resolve(codeOfError(error)),
      complete: () => resolve('ended'),
    });
  });
}
