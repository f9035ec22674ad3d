import type { CryptoKey, JWTPayload, JWTVerifyGetKey, JWTVerifyOptions } from 'jose';
import { isId } from '../../event/ids.ts';
import type { Authorize } from '../auth/authorize.ts';
import { credentialOf } from '../auth/credential-of.ts';
import { SCOPES, type Principal } from '../auth/principal.ts';
import { checkJwtOptions, type JwtOptions } from './jwt-options.ts';
import { loadJose } from './load-jose.ts';

/** Longer ones are no tokens. */
const LONGEST = 8_192;

/**
 * Knows clients by signed tokens (RFC 7519), sent as `Authorization: Bearer TOKEN`, with the package `jose`. A token
 * needs `exp`, which ends the streams that it opened, `sub`, and a tenant. Whoever shows another one is unknown; if the
 * keys cannot be fetched, requests fail. Rejects with `BAD_OPTION`, `MISSING_PEER`.
 */
export async function jwt(options: JwtOptions): Promise<Authorize> {
  checkJwtOptions(options);
  const { jwtVerify, createRemoteJWKSet, importSPKI, errors } = await loadJose();
  const { jwks, key = '', algorithms, issuer, audience, type, clockTolerance = 5 } = options;
  const rules: JWTVerifyOptions = {
    algorithms: [...algorithms],
    issuer: [issuer].flat(),
    audience: [audience].flat(),
    clockTolerance,
    requiredClaims: ['exp', 'sub'],
    ...(type !== undefined && { typ: type }),
  };
  const keys: JWTVerifyGetKey | CryptoKey | Uint8Array =
    jwks !== undefined
      ? createRemoteJWKSet(new URL(jwks))
      : algorithms[0]!.startsWith('HS')
        ? new TextEncoder().encode(key)
        : await importSPKI(key, algorithms[0]!);
  const verify = async (token: string): Promise<JWTPayload> =>
    (typeof keys === 'function' ? await jwtVerify(token, keys, rules) : await jwtVerify(token, keys, rules))
      .payload;

  return async request => {
    const token = credentialOf(request);
    if (token === undefined || token.length > LONGEST || token.split('.').length !== 3) return undefined;
    try {
      return principalOf(await verify(token), options);
    } catch (error) {
      const isAway = error instanceof errors.JWKSTimeout || !(error instanceof errors.JOSEError);
      if (isAway || error.code === 'ERR_JOSE_GENERIC') throw error;
      return undefined;
    }
  };
}

function principalOf(claims: JWTPayload, options: JwtOptions): Principal | undefined {
  const { tenantClaim = 'tenant_id', scopeClaim = 'scope', scopePrefix = '' } = options;
  const { sub: subject = '', exp } = claims;
  const tenantId = options.tenantId ?? claims[tenantClaim];
  if (!isId(tenantId) || subject === '') return undefined;
  const said = claims[scopeClaim];
  const words = Array.isArray(said) ? said : typeof said === 'string' ? said.split(' ') : [];
  const scopes = SCOPES.filter(scope => words.includes(scopePrefix + scope));
  return { subject, tenantId, scopes, expiresAt: exp! * 1_000 };
}
