import { SluiceError } from '../errors/sluice-error.ts';

/** A whole number among the parameters of a request; `undefined` if it is not there. Throws `BAD_REQUEST`. */
export function wholeParameter(
  query: URLSearchParams,
  name: string,
  { min, max = Number.MAX_SAFE_INTEGER }: { readonly min: number; readonly max?: number },
): number | undefined {
  const text = query.get(name);
  if (text === null) return undefined;
  const value = Number(text);
  if (/^\d{1,16}$/.test(text) && value >= min && value <= max) return value;
  const range = max === Number.MAX_SAFE_INTEGER ? `from ${min} on` : `from ${min} to ${max}`;
  throw new SluiceError(
    'BAD_REQUEST',
    `${name}: expected a whole number ${range}, got ${JSON.stringify(text.slice(0, 40))}.`,
  );
}
