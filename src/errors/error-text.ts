/**
 * The message of anything that was thrown. Errors may come from another realm (a worker, a test runner's vm),
 * where `instanceof Error` is false, so the shape decides.
 */
export function messageOf(thrown: unknown): string {
  try {
    if (typeof thrown === 'object' && thrown !== null && 'message' in thrown) return String(thrown.message);
    return String(thrown);
  } catch {
    return 'unprintable error';
  }
}

/** The class name of anything that was thrown, or its `typeof`. */
export function typeNameOf(thrown: unknown): string {
  if (typeof thrown !== 'object' || thrown === null) return typeof thrown;
  try {
    const { name } = thrown as { name?: unknown };
    return typeof name === 'string' && name !== '' ? name : 'Error';
  } catch {
    return 'Error';
  }
}
