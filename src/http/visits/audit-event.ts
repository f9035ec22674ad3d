/**
 * What somebody did, or was kept from doing: `signIn` begins a session, `signOut` ends it, `ticket` gives one out, and
 * `refuse` is an answer of 401, 403 or 429.
 */
export type AuditAction =
  'signIn' | 'signOut' | 'ticket' | 'start' | 'cancel' | 'erase' | 'answer' | 'refuse';

/** Who did what to which run, from where: never a credential, an input or an answer's value. Masked. */
export interface AuditEvent {
  /** RFC 3339. */
  readonly time: string;
  readonly action: AuditAction;
  /** As `x-request-id` of the answer has it. */
  readonly requestId: string;
  readonly method: string;
  /** The pattern of its address, `/runs/{id}/cancel`. */
  readonly route: string;
  /** Who, where that is known. */
  readonly subject?: string | undefined;
  readonly tenantId?: string | undefined;
  readonly runId?: string | undefined;
  /** Of the client, as far as proxies are believed. */
  readonly address?: string | undefined;
  /** Of a refusal. */
  readonly status?: number | undefined;
  /** Of a refusal: `UNAUTHENTICATED`, `FORBIDDEN`, `TOO_MANY_REQUESTS` and others. */
  readonly code?: string | undefined;
}

/** Told of every such deed, when it is done. What it throws is dropped. */
export type AuditListener = (event: AuditEvent) => unknown;
