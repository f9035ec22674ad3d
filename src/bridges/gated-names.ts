/** Names of tools that were put behind gates anywhere in this process: as many as programs have names for tools. */
const names = new Set<string>();

/** Notes that tools of this name may be gated ones. */
export function noteGated(name: string): void {
  names.add(name);
}

/** Whether a tool of this name may be a gated one. Only its call tells for certain. */
export function mayBeGated(name: string): boolean {
  return names.has(name);
}
