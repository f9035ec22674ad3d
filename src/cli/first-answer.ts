import { asyncScheduler } from 'rxjs';
import { isSluiceError, type SluiceError } from '../index.ts';
import type { CommandHost } from './command-host.ts';
import { durationText } from './duration-text.ts';
import { pause } from './pause.ts';

/** How long a server that does not answer yet is waited for. */
export interface Patience {
  /** Milliseconds from the first question on; 0: not at all. */
  readonly wait: number;
  /** Questions that may fail besides the first. */
  readonly retries?: number | undefined;
  /** Ends the waiting: what `ask` resolves with is then nobody's. */
  readonly signal: AbortSignal;
  /** Says nothing of the waiting, except to a terminal. */
  readonly isQuiet?: boolean | undefined;
}

const SHORTEST = 250;
const LONGEST = 3_000;
/** Client errors that pass by themselves: time-out, too early, too many requests. */
const PASSING: readonly unknown[] = [408, 425, 429];

/**
 * Asks until a server answers: one that is away for a moment, or a proxy before it. Rejects with what does not pass by
 * itself, and with the last error when patience ends. The first failure and the end of the waiting are said on standard
 * error.
 */
export async function firstAnswer<Answer>(
  ask: () => Promise<Answer>,
  { wait, retries = Infinity, signal, isQuiet = false }: Patience,
  host: CommandHost,
): Promise<Answer> {
  const end = asyncScheduler.now() + wait;
  const say = (text: string): void => {
    if (!isQuiet || host.hasErrorTerminal) host.complain(text);
  };
  for (let failures = 0, longest = SHORTEST; ; longest = Math.min(2 * longest, LONGEST)) {
    try {
      const answer = await ask();
      if (failures > 0) say('… connected');
      return answer;
    } catch (error) {
      const left = end - asyncScheduler.now();
      if (++failures > retries || left <= 0 || !isPassing(error)) throw error;
      if (failures === 1) {
        say(
          `… ${error.code} ${error.message} Waiting up to ${durationText(wait)} for it; --wait 0 does not.`,
        );
      }
      await pause(Math.min(left, longest), signal);
    }
  }
}

function isPassing(error: unknown): error is SluiceError {
  if (!isSluiceError(error)) return false;
  const status = error.details?.['status'];
  if (status === undefined) return error.code === 'CONNECTION_LOST';
  return PASSING.includes(status) || Number(status) >= 500;
}
