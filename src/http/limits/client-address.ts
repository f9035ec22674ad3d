import type { HttpRequest } from '../request.ts';

/** Where a request comes from, as far as the proxies in front are believed. */
export function clientAddress(
  request: Pick<HttpRequest, 'address' | 'header'>,
  proxies: number,
): string | undefined {
  if (proxies === 0) return request.address;
  const seen = (request.header('x-forwarded-for') ?? '').split(',').map(text => text.trim());
  // Each adds the address it was called from at the end; what stands before that, the client may have made up.
  return seen.at(-proxies) || request.address;
}
