import { SluiceError } from '../index.ts';

const UNITS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

/** What {@link durationOf} reads, for messages. */
export const DURATIONS = 'a number and ms, s, m, h or d, such as 90s or 30d';

/** Milliseconds of `250ms`, `1.5s`, `5m`, `12h` or `90d`; `undefined` for any other text. Pure. */
export function durationOf(text: string): number | undefined {
  const [, amount, unit] = /^(\d+(?:\.\d+)?) ?(ms|s|m|h|d)$/.exec(text) ?? [];
  return amount === undefined ? undefined : Number(amount) * UNITS[unit!]!;
}

/** The same for what `name` was given. Throws `BAD_OPTION`. */
export function checkDuration(name: string, text: string): number {
  const ms = durationOf(text);
  if (ms !== undefined) return ms;
  throw new SluiceError(
    'BAD_OPTION',
    `${name}: expected ${DURATIONS}, got ${JSON.stringify(text.slice(0, 80))}.`,
  );
}
