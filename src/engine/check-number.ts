import { SluiceError } from '../errors/sluice-error.ts';

/** What a numeric option may be. */
export interface NumberRange {
  readonly min: number;
  readonly max: number;
  /** Named in the error: `ms`, `bytes`, `events`. */
  readonly unit: string;
  /** Whether `Infinity` switches the limit off. */
  readonly allowsInfinity?: boolean;
}

/** The option or its default; throws `BAD_OPTION` with range and unit. */
export function checkNumber(name: string, given: unknown, fallback: number, range: NumberRange): number {
  if (given === undefined) return fallback;
  if (given === Infinity && range.allowsInfinity) return Infinity;
  // Only times may have a fraction.
  const isWhole = range.unit === 'ms' || Number.isInteger(given);
  if (typeof given === 'number' && isWhole && given >= range.min && given <= range.max) return given;
  const off = range.allowsInfinity ? ', or Infinity for none' : '';
  const got = typeof given === 'number' ? String(given) : typeof given;
  throw new SluiceError(
    'BAD_OPTION',
    `${name}: expected ${range.min} to ${range.max} ${range.unit}${off}, got ${got}.`,
  );
}
