import { a2aQueue } from '../bridges/a2a-queue/index.ts';
import { dockrion } from '../bridges/dockrion/index.ts';
import type { Bridge } from '../http/index.ts';
import { SluiceError } from '../index.ts';

/** What `--bridge` knows, each at its usual place. */
const BRIDGES: Readonly<Record<string, () => Bridge>> = {
  'a2a-queue': a2aQueue,
  dockrion,
};

/** The bridges of these names, each once. Throws `BAD_OPTION`. */
export function bridgesOf(names: readonly string[]): readonly Bridge[] {
  return [...new Set(names)].map(name => {
    if (Object.hasOwn(BRIDGES, name)) return BRIDGES[name]!();
    const known = Object.keys(BRIDGES).join(', ');
    throw new SluiceError(
      'BAD_OPTION',
      `--bridge: expected one of ${known}, got ${JSON.stringify(name.slice(0, 100))}. Give the flag once for each.`,
    );
  });
}
