import * as z from 'zod';
import { isId } from '../../event/ids.ts';
import { isoTime } from '../../time/iso-time.ts';
import { NOBODY } from '../auth/authorize.ts';
import { sessionCookie, sessionOf } from '../auth/session-cookie.ts';
import type { Exchange } from '../exchange.ts';
import { parseBody } from '../parse-body.ts';
import { emptyReply, jsonReply, type Reply } from '../reply.ts';

export const TicketBody = z.strictObject({
  runIds: z.array(z.string().refine(isId, 'expected an id')).min(1).max(64).optional(),
});

/** A ticket for one request that cannot have a header, such as that of a browser's WebSocket. */
export async function createTicket({ request, grants, principal, settings }: Exchange): Promise<Reply> {
  const { runIds } = await parseBody(request, TicketBody, settings.bodyLimit);
  const { text, expiresAt } = grants.issue('ticket', { ...principal, ...(runIds && { runIds }) });
  return jsonReply(201, { ticket: text, expiresAt: isoTime(expiresAt) });
}

/**
 * Whom the server takes the sender of this request for, so that a page can ask for a credential before it is refused.
 * `required`: somebody unknown is answered 401 elsewhere. `hasCookie`: a session begun here is what it came with.
 */
export function showSession({ request, grants, principal, settings }: Exchange): Reply {
  const required = settings.authorize !== undefined;
  if (principal === NOBODY) return jsonReply(200, { required });
  const { subject, tenantId, scopes, expiresAt } = principal;
  const cookie = sessionOf(name => request.header(name));
  return jsonReply(200, {
    required,
    subject,
    tenantId,
    scopes,
    ...(expiresAt !== undefined && { expiresAt: isoTime(expiresAt) }),
    hasCookie: required && cookie !== undefined && grants.session(cookie) !== undefined,
  });
}

/** A cookie instead of the credential that came with the request, for pages and their EventSource. */
export async function createSession({ request, grants, principal, settings }: Exchange): Promise<Reply> {
  const { text, expiresAt } = grants.issue('session', principal);
  const seconds = Math.max(1, Math.floor((expiresAt - settings.clock.now()) / 1_000));
  const cookie = sessionCookie(request, text, { path: settings.basePath, seconds });
  const { subject, tenantId, scopes } = principal;
  const who = { subject, tenantId, scopes, expiresAt: isoTime(expiresAt) };
  return jsonReply(201, who, { 'set-cookie': cookie });
}

/** The browser forgets the cookie. What it says is good until its time is over. */
export function endSession({ request, settings }: Exchange): Reply {
  const cookie = sessionCookie(request, '', { path: settings.basePath, seconds: 0 });
  const reply = emptyReply();
  return { ...reply, headers: { ...reply.headers, 'set-cookie': cookie } };
}
