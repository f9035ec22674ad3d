import { isLoopback } from '../loopback.ts';
import type { HttpRequest } from '../request.ts';

export const SESSION_COOKIE = 'sluice_session';
const COOKIE = new RegExp(`(?:^|;) *${SESSION_COOKIE}=([\\w.-]+)`);

/** The session that a browser sends along. */
export function sessionOf(header: (name: string) => string | undefined): string | undefined {
  return COOKIE.exec(header('cookie') ?? '')?.[1];
}

/**
 * The `set-cookie` that begins a session, or with an empty text ends it. No script reads it, no other site sends it,
 * and it needs HTTPS except on this machine.
 */
export function sessionCookie(request: HttpRequest, text: string, { path, seconds }: CookieLife): string {
  const host = (request.header('host') ?? '').replace(/:\d+$/, '');
  const secure = isLoopback(host) ? '' : '; Secure';
  return `${SESSION_COOKIE}=${text}; Path=${path || '/'}; Max-Age=${seconds}; HttpOnly; SameSite=Strict${secure}`;
}

/** Where a cookie holds, and how long. */
export interface CookieLife {
  readonly path: string;
  readonly seconds: number;
}
