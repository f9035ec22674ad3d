import { newId } from '../../time/new-id.ts';

/** What proxies and clients make: UUIDs, hex, base64, trace ids with colons. Nothing that a log could stumble over. */
const USABLE = /^[\w.:@=+/-]{1,128}$/;

/** What names a request in logs and answers: what `x-request-id` says, or a new one where that cannot be used. */
export function requestIdOf(given: string | undefined): string {
  return given !== undefined && USABLE.test(given) ? given : newId();
}
