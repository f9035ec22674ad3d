import type { Bridge } from '../bridges/bridge.ts';
import { SluiceError } from '../errors/sluice-error.ts';

/** Throws `BAD_OPTION` for two bridges at one address. */
export function checkBridges(bridges: readonly Bridge[]): readonly Bridge[] {
  const taken = new Map<string, string>();
  for (const { name, at, routes } of bridges) {
    for (const path of Object.keys(routes)) {
      const shape = `${at}${path}`.replaceAll(/\{[^}]*\}/g, '{}');
      const other = taken.get(shape);
      if (other !== undefined) throw twice(name, other, `${at}${path}`);
      taken.set(shape, name);
    }
  }
  return bridges;
}

function twice(name: string, other: string, address: string): SluiceError {
  return new SluiceError(
    'BAD_OPTION',
    `bridges: ${name} and ${other} both answer ${address}. Give one of them another place with its option at.`,
  );
}
