import { SluiceError } from '../../errors/sluice-error.ts';

/** The names of the nodes that each node needs the results of; nodes that need none may be left out. */
export type Dependencies = Readonly<Record<string, readonly string[] | undefined>>;

/**
 * Sorts nodes into waves: each as early as its dependencies allow, in the order in which they were named. Throws
 * `BAD_OPTION` for dependencies that are no nodes or are named twice, and for circles, which it shows.
 */
export function planGraph(
  names: readonly string[],
  dependencies: Dependencies,
): readonly (readonly string[])[] {
  const known = new Set(names);
  for (const name of Object.keys(dependencies)) {
    if (!known.has(name)) throw badGraph(`there is no node ${shown(name)} to have dependencies`);
    const needed = neededBy(name, dependencies);
    const isList: boolean = Array.isArray(needed);
    if (!isList) {
      throw badGraph(`what ${shown(name)} needs: expected a list of names, got ${typeof needed}`);
    }
    for (const other of needed) {
      if (!known.has(other))
        throw badGraph(`${shown(name)} needs ${shown(other)}, and there is no such node`);
    }
    if (new Set(needed).size < needed.length) throw badGraph(`${shown(name)} names a dependency twice`);
  }
  const waves: string[][] = [];
  const placed = new Set<string>();
  let rest = names;
  while (rest.length > 0) {
    const wave = rest.filter(name => neededBy(name, dependencies).every(other => placed.has(other)));
    if (wave.length === 0)
      throw badGraph(`a circle: ${circleIn(rest, dependencies).map(shown).join(' needs ')}`);
    for (const name of wave) placed.add(name);
    rest = rest.filter(name => !placed.has(name));
    waves.push(wave);
  }
  return waves;
}

/** What a node needs. */
export function neededBy(name: string, dependencies: Dependencies): readonly string[] {
  return (Object.hasOwn(dependencies, name) ? dependencies[name] : undefined) ?? [];
}

/** Each of `rest` needs another of them, so that whoever goes from one to the next comes back. */
function circleIn(rest: readonly string[], dependencies: Dependencies): readonly string[] {
  const left = new Set(rest);
  const trail: string[] = [];
  let name = rest[0]!;
  while (!trail.includes(name)) {
    trail.push(name);
    name = neededBy(name, dependencies).find(other => left.has(other))!;
  }
  return [...trail.slice(trail.indexOf(name)), name];
}

function shown(name: unknown): string {
  return JSON.stringify(String(name).slice(0, 64));
}

function badGraph(problem: string): SluiceError {
  return new SluiceError('BAD_OPTION', `graph: ${problem}.`);
}
