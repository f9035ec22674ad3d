const LONGEST_STEP = 128;
const LONGEST = 512;

/**
 * The slash path of a namespace of LangGraph (`plan:<task>`, `search:<task>`) and, if given, a node in it. Characters that
 * a path cannot hold become `_`.
 */
export function pathOf(namespace: readonly string[], node?: string): string | undefined {
  const steps = namespace.map(part => part.split(':')[0]!).concat(node === undefined ? [] : [node]);
  if (steps.length === 0) return undefined;
  const path = steps
    .map(step => step.replace(/[/\p{Cc}\p{Cs}]/gu, '_').slice(0, LONGEST_STEP) || '_')
    .join('/');
  return path.slice(-LONGEST).replace(/^\/+/, '');
}

/** The namespace that the metadata of a message names: `plan:<task>|search:<task>`. */
export function namespaceOf(checkpoint: unknown): readonly string[] | undefined {
  return typeof checkpoint === 'string' && checkpoint !== '' ? checkpoint.split('|') : undefined;
}
