import { SluiceError } from '../../errors/sluice-error.ts';
import { parsePosition } from '../../event/cursor.ts';
import { isId } from '../../event/ids.ts';

/** Runs on one connection. An id names the place in each of them, and comes back in one header. */
export const MOST_RUNS = 64;

/** Places in several runs as one text: `run=cursor,run=cursor`. */
export function formatManyRunsCursor(positions: ReadonlyMap<string, string>): string {
  let text = '';
  for (const [runId, position] of positions) text += `${text === '' ? '' : ','}${runId}=${position}`;
  return text;
}

/** Reads `run=cursor,run=cursor`. Throws `BAD_CURSOR`. */
export function parseManyRunsCursor(text: string): ReadonlyMap<string, string> {
  const parts = text.split(',', MOST_RUNS + 1);
  if (parts.length > MOST_RUNS) throw badCursor(`at most ${MOST_RUNS} runs, got more`);
  const positions = new Map<string, string>();
  for (const part of parts) {
    const at = part.indexOf('=');
    const runId = part.slice(0, at);
    if (at < 1 || !isId(runId)) throw badCursor(`run=cursor, got ${JSON.stringify(part.slice(0, 60))}`);
    const position = part.slice(at + 1);
    parsePosition(position);
    positions.set(runId, position);
  }
  return positions;
}

function badCursor(expected: string): SluiceError {
  return new SluiceError(
    'BAD_CURSOR',
    `cursor of several runs: expected ${expected}. Pass the id unchanged.`,
  );
}
