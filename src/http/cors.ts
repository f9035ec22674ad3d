import { SluiceError } from '../errors/sluice-error.ts';
import { isTexts } from './is-texts.ts';
import { emptyReply, type BodyReply, type Headers } from './reply.ts';
import type { HttpRequest } from './request.ts';

/** Which pages of other sites may call. */
export interface CorsOptions {
  /** Exactly these, such as `https://app.example.com`; there is no wildcard. */
  readonly origins: readonly string[];
  /** Whether they may send the cookie of a session. Such a page must be of the same site. Default: no. */
  readonly credentials?: boolean | undefined;
}

const ORIGIN = /^https?:\/\/[^/?#\s]+$/i;
const REQUEST_HEADERS =
  'a2a-version, authorization, content-type, idempotency-key, last-event-id, x-api-key, x-request-id';
const RESPONSE_HEADERS = 'link, location, retry-after, www-authenticate, x-request-id';

/** Throws `BAD_OPTION`. */
export function checkCors(cors: CorsOptions | undefined): CorsOptions | undefined {
  if (!cors) return undefined;
  if (!isTexts(cors.origins)) {
    throw new SluiceError('BAD_OPTION', 'cors.origins: expected a list such as ["https://app.example.com"].');
  }
  const odd = cors.origins.find(origin => !ORIGIN.test(origin));
  if (odd === undefined) return { ...cors, origins: cors.origins.map(origin => origin.toLowerCase()) };
  throw new SluiceError(
    'BAD_OPTION',
    `cors.origins: expected a scheme and a host such as https://app.example.com, got ${JSON.stringify(odd)}.`,
  );
}

/** What an answer says to the browser of a page that may read it. */
export function corsHeaders(request: HttpRequest, cors: CorsOptions | undefined): Headers | undefined {
  if (!cors) return undefined;
  const origin = request.header('origin');
  // Caches must not give one page what was meant for another.
  if (origin === undefined || !cors.origins.includes(origin.toLowerCase())) return { vary: 'Origin' };
  return {
    vary: 'Origin',
    'access-control-allow-origin': origin,
    'access-control-expose-headers': RESPONSE_HEADERS,
    ...(cors.credentials && { 'access-control-allow-credentials': 'true' }),
  };
}

/** What a browser asks before it sends what a form could not. */
export function preflight(methods: readonly string[]): BodyReply {
  const reply = emptyReply();
  const allowed = {
    'access-control-allow-methods': methods.join(', '),
    'access-control-allow-headers': REQUEST_HEADERS,
    'access-control-max-age': '600',
  };
  return { ...reply, headers: { ...reply.headers, ...allowed } };
}
