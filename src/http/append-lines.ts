import { isSluiceError, SluiceError } from '../errors/sluice-error.ts';
import type { Appended, AppendEvent } from '../run/appender.ts';
import { readLines } from './read-lines.ts';

/** Where the events of a body go. */
export interface LineTarget {
  /** Events in one batch at the most. */
  readonly largestBatch: number;
  /** Nothing follows the last line. */
  readonly flush: boolean;
  append(events: readonly AppendEvent[], flush?: boolean): Promise<Appended>;
}

/**
 * Appends one event a line, as the lines come, and answers for all of them. It does not matter where the chunks of the
 * body cut the lines into batches: those before a bad one are taken, those behind it are not, and `details` of the
 * error say how many. An empty line is a sign of life. Memory: one chunk, one line and one batch.
 */
export async function appendLines(
  chunks: AsyncIterable<Uint8Array>,
  target: LineTarget,
  limit: number,
): Promise<Appended> {
  let total: Appended | undefined;
  /** What the run did not take yet; what it holds back is sent again in front of the rest. */
  let waiting: AppendEvent[] = [];
  const take = async (count: number, flush = false): Promise<void> => {
    const answer = await target.append(waiting.slice(0, count), flush);
    waiting = waiting.slice(answer.accepted);
    total = total ? joined(total, answer) : answer;
  };
  const takeAll = async (): Promise<void> => {
    try {
      await take(waiting.length);
    } catch (error) {
      const bad = indexOf(error);
      if (bad === 0) throw error;
      await take(bad);
      await take(waiting.length);
    }
  };
  try {
    for await (const lines of readLines(chunks, limit)) {
      for (const line of lines) {
        if (line.trim() === '') continue;
        const event = parseLine(line);
        if (event !== undefined) waiting.push(event as AppendEvent);
        if (waiting.length > 0 && (event === undefined || waiting.length >= target.largestBatch)) {
          await takeAll();
        }
        if (event === undefined) throw malformed();
      }
      if (waiting.length > 0) await takeAll();
      // What is wrong with the run is told with its next event.
      else await target.append([]).catch(() => undefined);
    }
    if (target.flush) await take(waiting.length, true);
  } catch (error) {
    throw withTotal(error, total);
  }
  return total ?? target.append([]);
}

function joined(before: Appended, { accepted, first, last, ...now }: Appended): Appended {
  return {
    ...before,
    ...now,
    accepted: before.accepted + accepted,
    ...(before.first === undefined && first !== undefined && { first }),
    ...(last !== undefined && { last }),
  };
}

/** `undefined` is no JSON. */
function parseLine(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

function malformed(): SluiceError {
  return new SluiceError('BAD_REQUEST', 'events[0]: expected one event as JSON, got something malformed.', {
    details: { index: 0 },
  });
}

/** Which event of its batch an error is about. */
function indexOf(error: unknown): number {
  const index = isSluiceError(error) ? error.details?.['index'] : undefined;
  return typeof index === 'number' ? index : 0;
}

/** The same error, counted from the beginning of the body, and what was appended before it. */
function withTotal(error: unknown, total: Appended | undefined): unknown {
  if (!isSluiceError(error)) return error;
  const { code, runId, details } = error;
  const accepted = total?.accepted ?? 0;
  const isOfEvent = details?.['index'] !== undefined;
  const index = accepted + indexOf(error);
  return new SluiceError(code, error.message.replace(/^events\[\d+\]/, `events[${index}]`), {
    runId,
    cause: error,
    details: { ...details, accepted, ...total, ...(isOfEvent && { index }) },
  });
}
