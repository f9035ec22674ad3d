import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The rows of the table behind `<!-- name -->` in a guide of docs/coming-from, cells without their padding. */
export function documentTable(page: string, name: string): string[][] {
  const text = readFileSync(join(import.meta.dirname, '../../docs/coming-from', page), 'utf8');
  const [, behind] = text.split(`<!-- ${name} -->\n`);
  if (behind === undefined) throw new Error(`${page} has no table ${name}`);
  const lines = behind.trimStart().split('\n');
  const end = lines.findIndex(line => !line.startsWith('|'));
  return lines.slice(2, end < 0 ? undefined : end).map(line =>
    line
      .split('|')
      .slice(1, -1)
      .map(cell => cell.trim()),
  );
}

/** The names in a cell that stand between backticks. */
export function codesIn(cell: string): string[] {
  return [...cell.matchAll(/`([^`]+)`/g)].map(([, code]) => code!);
}

/** How a guide writes the fields of an event: `` `theirs` → `ours` ``, or one name where both are equal. */
export function fieldsCell(fields: readonly { readonly theirs: string; readonly ours: string }[]): string {
  return fields
    .map(({ theirs, ours }) => (theirs === ours ? `\`${theirs}\`` : `\`${theirs}\` → \`${ours}\``))
    .join(', ');
}

/** What `engine.runs.get` and the like name, looked up; `undefined` if there is none. */
export function named(path: string, roots: Readonly<Record<string, object>>): unknown {
  return path.split('.').reduce<unknown>((at, name, depth) => {
    if (depth === 0) return roots[name];
    return at === undefined ? undefined : (at as Record<string, unknown>)[name];
  }, undefined);
}
