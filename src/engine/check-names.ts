import { SluiceError } from '../errors/sluice-error.ts';

/** The names of some options, each of which has to be said. */
export type OptionNames<Options> = Readonly<Record<keyof Options, true>>;

/** Throws `BAD_OPTION` where something was named that is no option, since it would be left out without a word. */
export function checkNames<Options>(what: string, given: Options, names: OptionNames<Options>): void {
  const options: unknown = given;
  if (typeof options !== 'object' || options === null) {
    const got = options === null ? 'null' : typeof options;
    throw new SluiceError('BAD_OPTION', `${what}: expected an object, got ${got}.`);
  }
  for (const name in options) {
    if (Object.hasOwn(names, name)) continue;
    const known = Object.keys(names).join(', ');
    throw new SluiceError(
      'BAD_OPTION',
      `${what}: there is no option ${JSON.stringify(name.slice(0, 64))}. Options: ${known}.`,
    );
  }
}
