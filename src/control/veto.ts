import { isSluiceError } from '../errors/sluice-error.ts';

/** An error may name its cause, which names its cause, and somebody may have made a ring of them. */
const DEEPEST_CAUSE = 16;

/**
 * Whether something was thrown because a policy said no, here or in a call inside: to try again would be to ask until
 * the answer is yes.
 */
export function isVeto(thrown: unknown): boolean {
  return causesOf(thrown).some(error => {
    const code = codeOf(error);
    return code === 'VETOED' || code === 'POLICY_ERROR';
  });
}

/** What was thrown, and the objects that it names as its cause, and so on; a bounded number of them. */
export function causesOf(thrown: unknown): readonly object[] {
  const causes: object[] = [];
  let error = thrown;
  while (causes.length < DEEPEST_CAUSE && typeof error === 'object' && error !== null) {
    causes.push(error);
    error = memberOf(error, 'cause');
  }
  return causes;
}

/** A member of what anybody may have thrown: its getter, or a proxy, may throw too. */
export function memberOf(error: object, name: string): unknown {
  try {
    return (error as Readonly<Record<string, unknown>>)[name];
  } catch {
    return undefined;
  }
}

function codeOf(error: object): string | undefined {
  try {
    return isSluiceError(error) ? error.code : undefined;
  } catch {
    return undefined;
  }
}
