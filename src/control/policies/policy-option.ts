import { SluiceError } from '../../errors/sluice-error.ts';

/** What a number among the options of a policy may be. */
export interface NumberRange {
  readonly min: number;
  readonly max: number;
  /** Empty for things that are counted. */
  readonly unit: string;
  /** Fractions are refused. */
  readonly whole?: boolean;
}

/** A duration of up to a year; longer ones are mistakes. */
export const MILLISECONDS: NumberRange = { min: 1, max: 365 * 24 * 3_600_000, unit: 'ms' };
/** Some of something. */
export const COUNT: NumberRange = { min: 1, max: 1e9, unit: '', whole: true };

/** Gives back a number in its range. Throws `BAD_OPTION`, named after `option`. */
export function numberOption(option: string, value: unknown, { min, max, unit, whole }: NumberRange): number {
  const isNumber = typeof value === 'number' && value >= min && value <= max;
  if (isNumber && (!whole || Number.isInteger(value))) return value;
  const expected = `${whole ? 'a whole number' : 'a number'} from ${min} to ${max}${unit && ` (${unit})`}`;
  throw badOption(option, `expected ${expected}, got ${shown(value)}`);
}

/** Gives back a function, or nothing where none was given. Throws `BAD_OPTION`. */
export function functionOption<Call>(option: string, value: Call): Call {
  if (value === undefined || typeof value === 'function') return value;
  throw badOption(option, `expected a function, got ${shown(value)}`);
}

/** Gives back a list of texts, none of them empty. Throws `BAD_OPTION`. */
export function textsOption(option: string, value: unknown): readonly string[] {
  const list: unknown = typeof value === 'string' ? [value] : value;
  if (!Array.isArray(list) || list.length === 0) {
    throw badOption(option, `expected at least one text, got ${Array.isArray(list) ? 'none' : shown(list)}`);
  }
  return list.map((text: unknown) => {
    if (typeof text === 'string' && text !== '') return text;
    throw badOption(option, `expected texts, got ${text === '' ? 'an empty one' : shown(text)}`);
  });
}

export function badOption(option: string, problem: string): SluiceError {
  return new SluiceError('BAD_OPTION', `${option}: ${problem}.`);
}

/** A value in the words of an error. */
export function shown(value: unknown): string {
  if (typeof value === 'number') return String(value);
  if (typeof value === 'string') return JSON.stringify(value.slice(0, 40));
  return value === null ? 'null' : typeof value;
}
