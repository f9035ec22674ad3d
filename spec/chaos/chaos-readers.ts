import { setTimeout as pause } from 'node:timers/promises';
import { connectRun } from '../../src/client/connect-run.ts';
import { codeOfError } from './error-code.ts';
import type { HistoryFile } from './history.ts';
import { noteItem } from './read-record.ts';
import type { Chance } from './seeded-chance.ts';

/** How a reader over HTTP reads. */
export interface ChaosReader {
  readonly name: string;
  /** Milliseconds that it takes for an event, now and then. */
  readonly slowness: number;
  /** Goes away now and then, and comes back behind its cursor, to any server. */
  readonly isRestless: boolean;
}

export interface ReaderParts {
  readonly history: HistoryFile;
  readonly chance: Chance;
  /** The servers, each with the same runs. */
  readonly servers: readonly string[];
  readonly signal: AbortSignal;
  /** Shown all that is given, with the run. */
  readonly onItem?: ((item: object) => void) | undefined;
}

/** Reads a run over HTTP until its end. Resolves when it was given, or the run is gone. */
export async function readOverHttp(run: string, reader: ChaosReader, parts: ReaderParts): Promise<void> {
  const { history, chance, servers, signal } = parts;
  const place = { run, reader: reader.name };
  let after = 'start';
  while (!signal.aborted) {
    history.note({ kind: 'began', ...place, after });
    const leave = reader.isRestless ? chance.between(5, 80) : Infinity;
    const connection = connectRun(`${chance.oneOf(servers)}/runs/${run}/events`, {
      ...{ after, signal, retryDelay: 50, maxRetryDelay: 500, timeout: 3_000 },
      // Whoever has a dead server and another one tries that.
      maxRetries: reader.isRestless || servers.length > 1 ? 3 : Infinity,
    });
    try {
      let seen = 0;
      for await (const item of connection) {
        after = noteItem(history, place, item) ?? after;
        parts.onItem?.(item);
        if (reader.slowness > 0 && chance.next() < 0.3) await pause(chance.between(0, reader.slowness));
        if (++seen >= leave) break;
      }
    } catch (error) {
      const why = codeOfError(error);
      if (why === 'RUN_NOT_FOUND') return history.note({ kind: 'left', ...place, why });
      await pause(chance.between(20, 200));
      continue;
    }
    if (connection.isEnded) return history.note({ kind: 'ended', ...place });
    await pause(chance.between(0, 300));
  }
}
