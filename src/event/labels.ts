import { SluiceError } from '../errors/sluice-error.ts';

const KEY = /^[A-Za-z0-9_.-]{1,64}$/;
const LONGEST_VALUE = 256;
const MOST = 32;

/**
 * Checks the labels of a run and returns a copy: at most 32, keys of 1 to 64 characters `[A-Za-z0-9_.-]`, values
 * strings of at most 256 characters. Throws `BAD_OPTION`.
 */
export function checkLabels(labels: unknown): Readonly<Record<string, string>> {
  if (typeof labels !== 'object' || labels === null || Array.isArray(labels)) {
    throw badLabels('expected an object of strings');
  }
  const entries = Object.entries(labels as Record<string, unknown>);
  if (entries.length > MOST) throw badLabels(`expected at most ${MOST}, got ${entries.length}`);
  for (const [key, value] of entries) {
    const shown = JSON.stringify(key.slice(0, 64));
    if (!KEY.test(key) || key === '__proto__') {
      throw badLabels(`expected keys of 1 to 64 letters, digits, "_", "." or "-", got ${shown}`);
    }
    if (typeof value !== 'string' || value.length > LONGEST_VALUE) {
      throw badLabels(`${shown}: expected a string of at most ${LONGEST_VALUE} characters`);
    }
  }
  return Object.fromEntries(entries as [string, string][]);
}

function badLabels(problem: string): SluiceError {
  return new SluiceError('BAD_OPTION', `labels: ${problem}.`);
}
