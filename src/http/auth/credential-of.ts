import type { AuthorizeRequest } from './authorize.ts';

const BEARER = /^Bearer +([\w.~+/=-]+) *$/i;

/** What a request shows as `Authorization: Bearer …` (RFC 6750), or as `X-API-Key`. Never looked for in an address. */
export function credentialOf({ header }: Pick<AuthorizeRequest, 'header'>): string | undefined {
  return BEARER.exec(header('authorization') ?? '')?.[1] ?? header('x-api-key');
}
