import { breach } from '../law.ts';

/** Compares as JSON: the order of keys and members that are `undefined` do not count. */
export function mustEqual(found: unknown, expected: unknown, what: string): void {
  const [is, shall] = [canonical(found), canonical(expected)];
  if (is !== shall) breach(`${what}: expected ${shall}, got ${is}`);
}

function canonical(value: unknown): string {
  return (
    JSON.stringify(value, (_, member: unknown) => (isPlain(member) ? sorted(member) : member)) ?? 'undefined'
  );
}

function isPlain(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function sorted(object: object): object {
  return Object.fromEntries(Object.entries(object).sort(([a], [b]) => (a < b ? -1 : 1)));
}
