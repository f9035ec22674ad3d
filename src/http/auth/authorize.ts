import type { Awaitable } from '../../backends/awaitable.ts';
import { SluiceError } from '../../errors/sluice-error.ts';
import { checkId } from '../../event/ids.ts';
import { DEFAULT_TENANT } from '../../engine/start-options.ts';
import type { HttpRequest } from '../request.ts';
import { allows, SCOPES, type Principal, type Scope } from './principal.ts';

/** A request as far as it may be looked at to tell who sends it. */
export interface AuthorizeRequest {
  readonly method: string;
  /** Without the base path and the query: `/runs/a/events`. */
  readonly path: string;
  readonly query: URLSearchParams;
  /** A header by its lower-case name. */
  readonly header: (name: string) => string | undefined;
  /** The address of the other end of the connection, where the server knows it; a proxy's, if there is one. */
  readonly address: string | undefined;
}

/**
 * Tells who sends a request; `undefined` for somebody unknown, who is answered 401. A `SluiceError` is answered as it
 * is, anything else that is thrown as 500: no request passes a fault.
 */
export type Authorize = (request: AuthorizeRequest) => Awaitable<Principal | undefined>;

/** Whoever reaches a server that asks nobody. */
export const EVERYBODY: Principal = { subject: 'everybody', tenantId: DEFAULT_TENANT, scopes: SCOPES };

/** Somebody unknown, where that is no reason to refuse. */
export const NOBODY: Principal = { subject: 'nobody', tenantId: DEFAULT_TENANT, scopes: [] };

/**
 * Who sends a request that needs `scope`, or nothing. Throws `UNAUTHENTICATED` if nobody knows, `FORBIDDEN` without the scope, and
 * what `authorize` throws.
 */
export async function admit(
  request: AuthorizeRequest,
  scope: Scope | undefined,
  { authorize, now }: { readonly authorize: Authorize | undefined; readonly now: number },
): Promise<Principal> {
  if (!authorize) return EVERYBODY;
  const principal = await authorize(request);
  if (!principal) throw unauthenticated('The request has no credential that is known here.');
  if (principal.expiresAt !== undefined && principal.expiresAt <= now)
    throw unauthenticated('The credential has expired.');
  checkId('tenantId', principal.tenantId);
  if (scope !== undefined) checkScope(principal, scope);
  return principal;
}

/** Throws `UNAUTHENTICATED` for somebody unknown, and `FORBIDDEN` without the scope. */
export function checkScope(principal: Principal, scope: Scope): void {
  if (allows(principal, scope)) return;
  if (principal === NOBODY) throw unauthenticated('The request has no credential that is known here.');
  throw new SluiceError(
    'FORBIDDEN',
    `This needs the scope ${scope}, and the credential of ${JSON.stringify(principal.subject)} does not have it. ` +
      'Ask whoever gave you the credential.',
    { details: { scope } },
  );
}

export function unauthenticated(problem: string): SluiceError {
  return new SluiceError('UNAUTHENTICATED', `${problem} Send one as "Authorization: Bearer …".`);
}

/** What `authorize` is shown of a request. */
export function shownRequest(request: HttpRequest, path: string, query: URLSearchParams): AuthorizeRequest {
  const { method, address } = request;
  return { method, path, query, address, header: name => request.header(name) };
}
