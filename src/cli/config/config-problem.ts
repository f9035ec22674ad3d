import type * as z from 'zod';
import { namesIn } from './config-keys.ts';
import { nearestName } from './nearest-name.ts';

/** What is wrong with a file of settings: one sentence for each thing, by its key, with no value. */
export function configProblems({ issues }: z.core.$ZodError): readonly string[] {
  return issues.flatMap(issue => {
    const { path } = issue;
    if (issue.code !== 'unrecognized_keys') return [`${keyAt(path)}: ${issue.message}.`];
    return issue.keys.map(name => `${keyAt([...path, name])}: ${unknownName(name, path)}`);
  });
}

function unknownName(name: string, path: readonly PropertyKey[]): string {
  const names = namesIn(path);
  const near = nearestName(name, names);
  if (near !== undefined) return `there is no such setting. Did you mean ${keyAt([...path, near])}?`;
  const elsewhere = nearestGroup(name);
  if (elsewhere !== undefined) return `there is no such setting here. Did you mean ${elsewhere}?`;
  return `there is no such setting. There are ${names.join(', ')}.`;
}

/** Somebody who knows a name and not its group. */
function nearestGroup(name: string): string | undefined {
  return namesIn([])
    .flatMap(group => namesIn([group]).map(inner => ({ inner, key: `${group}.${inner}` })))
    .find(({ inner }) => inner === name)?.key;
}

function keyAt(path: readonly PropertyKey[]): string {
  const key = path.map(part => (typeof part === 'number' ? `[${part}]` : `.${String(part)}`)).join('');
  return key.replace(/^\./, '') || 'the file';
}
