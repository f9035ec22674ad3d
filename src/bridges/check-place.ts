import { SluiceError } from '../errors/sluice-error.ts';

/** Where the addresses of a bridge begin. Throws `BAD_OPTION`. */
export function checkPlace(bridge: string, at: string): string {
  if (/^(?:\/[\w.~-]+)*$/.test(at)) return at;
  throw new SluiceError(
    'BAD_OPTION',
    `${bridge}: at: expected a path such as /${bridge}, without a slash at its end, or nothing for the root.`,
  );
}
