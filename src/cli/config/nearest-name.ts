/** The name that `given` was probably meant to be; `undefined` where none is near. Pure. */
export function nearestName(given: string, names: readonly string[]): string | undefined {
  // Two exchanged letters wholeNumber as two.
  const most = Math.max(2, Math.floor(given.length / 3));
  const near = names
    .map(name => ({ name, distance: distanceOf(given.toLowerCase(), name.toLowerCase()) }))
    .filter(({ distance }) => distance <= most && 3 * distance < 2 * given.length)
    .sort((one, other) => one.distance - other.distance);
  return near[0]?.name;
}

/** How many letters have to be put in, left out or exchanged (Levenshtein). */
function distanceOf(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, at) => at);
  for (const [at, letter] of [...one].entries()) {
    const next = [at + 1];
    for (const [to, wanted] of [...other].entries()) {
      next.push(Math.min(next[to]! + 1, row[to + 1]! + 1, row[to]! + (letter === wanted ? 0 : 1)));
    }
    row = next;
  }
  return row.at(-1)!;
}
