import { SluiceError } from '../errors/sluice-error.ts';

/** What a whole number among the options of an operator may be. */
export interface WholeRange {
  readonly unit: string;
  readonly max: number;
}

/** Timers of the platform fire at once beyond it. */
export const LONGEST_DELAY: WholeRange = { unit: 'milliseconds', max: 2 ** 31 - 1 };

/** Gives back the options of an operator. Throws `BAD_OPTION` for what cannot hold any. */
export function optionsOf<Options extends object>(subject: string, options: Options): Options {
  if (typeof options === 'object' && (options as Options | null) !== null) return options;
  const got = (options as unknown) === null ? 'null' : typeof options;
  throw new SluiceError('BAD_OPTION', `${subject}: expected an object, got ${got}.`);
}

/** Gives back a whole number from 1 to the range's end. Throws `BAD_OPTION`, named after `subject`. */
export function wholeOption(subject: string, value: unknown, { unit, max }: WholeRange): number {
  if (Number.isInteger(value) && (value as number) >= 1 && (value as number) <= max) return value as number;
  const got = typeof value === 'number' ? String(value) : value === null ? 'null' : typeof value;
  throw new SluiceError(
    'BAD_OPTION',
    `${subject}: expected 1 to ${max} ${unit}, got ${got}. Pass a whole number.`,
  );
}

/** Gives back one of the names. Throws `BAD_OPTION`, named after `subject`. */
export function nameOption<Name extends string>(subject: string, value: Name, names: readonly Name[]): Name {
  if (names.includes(value)) return value;
  const got = typeof value === 'string' ? JSON.stringify((value as string).slice(0, 40)) : typeof value;
  throw new SluiceError('BAD_OPTION', `${subject}: expected one of ${names.join(', ')}, got ${got}.`);
}
