import type { Authorize } from './authorize.ts';
import type { Grants } from './grants.ts';
import { sessionOf } from './session-cookie.ts';

/**
 * Asks the ticket of a request first, then whoever the server asks, then its session. A ticket is for reading: other
 * methods do not look at it.
 */
export function identify(authorize: Authorize, grants: Grants): Authorize {
  return async request => {
    const ticket = request.query.get('ticket');
    if (ticket !== null && request.method === 'GET') {
      const principal = await grants.ticket(ticket);
      return { ...principal, scopes: principal.scopes.filter(scope => scope === 'read') };
    }
    const principal = await authorize(request);
    if (principal) return principal;
    const session = sessionOf(request.header);
    return session === undefined ? undefined : grants.session(session);
  };
}
