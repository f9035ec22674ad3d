import type { Claim, Log, RunKey } from '../backends/backend.ts';
import { SluiceError } from '../errors/sluice-error.ts';
import type { Entry } from '../event/entry.ts';
import type { Outcome } from '../event/proposal.ts';
import type { RunEvent } from '../event/run-event.ts';
import { fullJitter } from '../time/full-jitter.ts';
import { keyOfEntry } from './stored-keys.ts';
import type { RunParts } from './run-parts.ts';

/** A run that this process writes again. */
export interface TakenBack {
  readonly claim: Claim;
  /** The newest event that others appended meanwhile; absent if there is none. */
  readonly last: RunEvent | undefined;
  /** It is the end. */
  readonly isClosed: boolean;
  /** The keys of those events. */
  readonly keys: ReadonlyMap<string, Outcome>;
}

/** Where this process was. */
export interface LeftAt {
  /** The newest event that this process knows. */
  readonly after: number;
  /** How often it was taken away again before anything could be written. */
  readonly attempt: number;
}

/** The longest wait before another attempt, doubled with each, and what doubling stops at; in ms. */
const FIRST_WAIT = 10;
const LONGEST_WAIT = 1_000;
const PAGE = { limit: 512, bytes: 1_048_576 };

/**
 * Takes a run from the process that has it, and reads what that one appended. Two that take a run from each other wait
 * for random times, so that one of them gets to write. Repeats what fails for as long as `ownership.patience` says, and
 * rejects then with what failed.
 */
export async function takeBack(
  { identity, services, outside }: RunParts,
  { after, attempt }: LeftAt,
): Promise<TakenBack> {
  const { clock, log } = services;
  const ownership = outside!.ownership!;
  const deadline = clock.now() + ownership.patience;
  const wait = (most: number): Promise<void> =>
    new Promise(resolve => clock.alarm(fullJitter(Math.min(most, LONGEST_WAIT)), resolve, false));
  if (attempt > 0) await wait(FIRST_WAIT * 2 ** attempt);
  for (let most = FIRST_WAIT; ; most *= 2) {
    try {
      const claim = await ownership.take();
      return { claim, ...(await missedBy(log, identity.key, after)) };
    } catch (error) {
      if (clock.now() >= deadline || isForGood(error)) throw error;
      await wait(most);
    }
  }
}

async function missedBy(log: Log, key: RunKey, after: number): Promise<Omit<TakenBack, 'claim'>> {
  const keys = new Map<string, Outcome>();
  let newest: Entry | undefined;
  for (let at = after; ;) {
    const page = await log.read(key, { after: at, ...PAGE });
    if (page.result === 'gap') {
      at = page.to;
      continue;
    }
    if (page.result !== 'page') throw gone(key, page.result);
    if (page.entries.length === 0) return { last: newest?.event, isClosed: page.closed, keys };
    for (const entry of page.entries) {
      const [name, stored] = keyOfEntry(entry) ?? [];
      if (name !== undefined && stored) keys.set(name, stored);
    }
    newest = page.entries.at(-1)!;
    at = newest.seq;
  }
}

const FOR_GOOD: ReadonlySet<unknown> = new Set(['RUN_NOT_FOUND', 'ENGINE_CLOSED']);

function isForGood(error: unknown): boolean {
  return FOR_GOOD.has((error as { readonly code?: unknown } | null)?.code);
}

// Erased, expired, or the store has lost events that were acknowledged.
function gone(key: RunKey, result: string): SluiceError {
  return new SluiceError(
    'RUN_NOT_FOUND',
    `run ${key}: its log is not the one that was written here (${result}).`,
  );
}
