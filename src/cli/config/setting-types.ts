import * as z from 'zod';
import { durationOf, DURATIONS } from '../duration-option.ts';

/** Where a secret is: in a variable, or alone in a file. It never stands in the file of settings itself. */
export interface SecretPlace {
  readonly env?: string | undefined;
  readonly file?: string | undefined;
}

/** What a setting is beside its type; `docs/reference/configuration.md` has the same words. */
export interface About {
  readonly about: string;
  readonly default?: string;
  readonly flag?: string;
  readonly env?: string;
}

/** An optional setting, described. */
export function setting<Schema extends z.ZodType>(
  schema: Schema,
  { about, ...rest }: About,
): z.ZodOptional<Schema> {
  return schema.optional().meta({ description: about, ...rest });
}

export const text = z.string({ error: 'expected a text' }).min(1, { error: 'expected a text' });
export const texts = z.array(text, { error: 'expected a list of texts' });
export const yesOrNo = read('true or false', value =>
  value === 'true' ? true : value === 'false' ? false : typeof value === 'boolean' ? value : undefined,
);
export const port = read('a port from 0 to 65535', value => wholeOf(value, 65_535));
export const wholeNumber = read('a whole number', value => wholeOf(value, Number.MAX_SAFE_INTEGER));
export const countOrUnlimited = read('a whole number, or unlimited', value =>
  value === 'unlimited' ? Infinity : wholeOf(value, Number.MAX_SAFE_INTEGER),
);
export const fewFiles = read('a whole number from 1 to 1000', value => {
  const count = wholeOf(value, 1_000);
  return count === 0 ? undefined : count;
});
export const bytesOrUnlimited = read('bytes, such as 64MB, or unlimited', value =>
  value === 'unlimited' ? Infinity : bytesOf(value),
);
export const bytes = read('bytes, such as 65536, 64KB or 1MB', bytesOf);
export const duration = read(DURATIONS, lengthOf);
export const durationOrNever = read(`${DURATIONS}, or never`, value =>
  value === 'never' ? Infinity : lengthOf(value),
);
export const oneOrMore = z.union([text, texts], { error: 'expected a text or a list of texts' });
export const secretRule = z.strictObject(
  {
    name: text,
    prefix: oneOrMore,
    chars: text,
    min: wholeNumber,
    max: wholeNumber,
  },
  { error: 'expected a rule { name, prefix, chars, min, max }' },
);
export const secret = read('{ env: NAME } or { file: PATH }, and never the secret itself', secretOf);

/** Numbers may be texts: what a variable gives is one. Messages do not repeat the value, which may be a secret. */
function read<Value>(
  expected: string,
  valueOf: (value: unknown) => Value | undefined,
): z.ZodType<Value, unknown> {
  return z.unknown().transform((given, context) => {
    const value = valueOf(given);
    if (value !== undefined) return value;
    context.addIssue({ code: 'custom', message: `expected ${expected}` });
    return z.NEVER;
  });
}

function wholeOf(value: unknown, most: number): number | undefined {
  const number = typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : value;
  return typeof number === 'number' && Number.isInteger(number) && number >= 0 && number <= most
    ? number
    : undefined;
}

function bytesOf(value: unknown): number | undefined {
  const [, amount, unit] = /^(\d+) ?(KB|MB|GB)?$/.exec(String(value)) ?? [];
  const exponent = ['KB', 'MB', 'GB'].indexOf(unit ?? '') + 1;
  return amount === undefined ? undefined : Number(amount) * 1_024 ** exponent;
}

function lengthOf(value: unknown): number | undefined {
  return typeof value === 'string' ? durationOf(value) : undefined;
}

function secretOf(value: unknown): SecretPlace | undefined {
  const parsed = z.strictObject({ env: text.optional(), file: text.optional() }).safeParse(value);
  if (!parsed.success) return undefined;
  const { env, file } = parsed.data;
  return (env === undefined) === (file === undefined) ? undefined : parsed.data;
}
