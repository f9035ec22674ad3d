import type * as z from 'zod';
import { wholeNumber, oneOrMore, secret, setting, text, texts } from './setting-types.ts';

/** Who is let in. */
export const authSettings = <Group>(group: (shape: typeof JWT) => Group) => ({
  keys: setting(text, {
    about: 'file of keys, made by `sluice keys new`; read anew when it changes',
    ...{ flag: '--keys', env: 'SLUICE_KEYS' },
  }),
  jwt: group(JWT),
});

const JWT = {
  jwks: setting(text, { about: 'address of the keys that tokens are signed with' }),
  key: setting(secret, { about: 'instead of it: where a public key is, or the secret of `HS…`' }),
  algorithms: setting(texts, { about: 'the only algorithms that are taken' }),
  issuer: setting(oneOrMore, { about: 'what `iss` must be' }),
  audience: setting(oneOrMore, { about: 'what `aud` must have' }),
  type: setting(text, { about: 'of which type tokens must be', default: 'any' }),
  tenantClaim: setting(text, { about: 'the claim that names the tenant', default: '`tenant_id`' }),
  tenantId: setting(text, { about: 'the tenant of everybody, instead' }),
  scopeClaim: setting(text, { about: 'the claim with the scopes', default: '`scope`' }),
  scopePrefix: setting(text, { about: 'what stands before our scopes among others', default: 'nothing' }),
  clockTolerance: setting(wholeNumber, { about: 'seconds that clocks may differ', default: '5' }),
} satisfies z.ZodRawShape;
