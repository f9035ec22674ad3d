/** Every {@link Scope} there is. */
export const SCOPES = ['read', 'write', 'cancel', 'import', 'admin'] as const;

/**
 * What a credential allows: to see runs, to start them, append to them and answer, to cancel and erase them, to say
 * that runs and events are of the past, to look at the server as a whole. Each stands for itself; `admin` has all.
 */
export type Scope = (typeof SCOPES)[number];

/** Who sends a request, as its credential says. */
export interface Principal {
  /** Named in audit events and logs, never a credential. */
  readonly subject: string;
  /** Whose runs there are for it: nothing else that a request says decides that. */
  readonly tenantId: string;
  readonly scopes: readonly Scope[];
  /** The only runs it may see or steer. Absent: all of its tenant. */
  readonly runIds?: readonly string[] | undefined;
  /** Milliseconds since the epoch; its streams end then. Absent: never. */
  readonly expiresAt?: number | undefined;
}

export function allows({ scopes }: Principal, scope: Scope): boolean {
  return scopes.includes(scope) || scopes.includes('admin');
}
