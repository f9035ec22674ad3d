import { SluiceError } from '../../errors/sluice-error.ts';

/** Which tokens are good, and what they say. */
export interface JwtOptions {
  /** Where the keys are that tokens are signed with: the address of a JWKS (RFC 7517). Fetched when it is needed. */
  readonly jwks?: string | URL | undefined;
  /** Instead of {@link jwks}: a public key as PEM (SPKI), or for `HS…` the secret, 32 bytes or more. */
  readonly key?: string | undefined;
  /** The only algorithms that are taken, such as `['RS256']`. Whatever a token itself says decides nothing. */
  readonly algorithms: readonly string[];
  /** What `iss` must be. */
  readonly issuer: string | readonly string[];
  /** What `aud` must have. */
  readonly audience: string | readonly string[];
  /** Of which type tokens must be, such as `at+jwt` (RFC 9068). Default: any. */
  readonly type?: string | undefined;
  /** The claim that names the tenant. Default: `tenant_id`. */
  readonly tenantClaim?: string | undefined;
  /** Whose runs they are where everybody has the same; then no claim is looked at. */
  readonly tenantId?: string | undefined;
  /** The claim with the scopes, a list or words: `read`, `write`, `cancel`, `admin`. Default: `scope`. */
  readonly scopeClaim?: string | undefined;
  /** What stands before our scopes among others, such as `sluice:`. Default: nothing. */
  readonly scopePrefix?: string | undefined;
  /** Seconds that clocks may differ, 0 to 300. Default: 5. */
  readonly clockTolerance?: number | undefined;
}

const SYMMETRIC = /^HS/;
const ALGORITHMS = /^(?:HS|RS|PS|ES)(?:256|384|512)$|^(?:EdDSA|Ed25519)$/;

/** Throws `BAD_OPTION` for what would let through what nobody signed. */
export function checkJwtOptions(options: JwtOptions): void {
  const { jwks, key, algorithms, issuer, audience } = options;
  if ((jwks === undefined) === (key === undefined)) throw bad('expected either jwks or key');
  if (
    !Array.isArray(algorithms) ||
    algorithms.length === 0 ||
    !algorithms.every(name => ALGORITHMS.test(String(name)))
  )
    throw bad('algorithms: expected some of HS256 … HS512, RS256 …, PS256 …, ES256 …, EdDSA');
  const symmetric = algorithms.filter(name => SYMMETRIC.test(String(name)));
  // A public key that is taken for a secret lets everybody sign.
  if (symmetric.length > 0 && (jwks !== undefined || symmetric.length < algorithms.length || isPem(key)))
    throw bad('algorithms: HS… needs a secret as key, and no other algorithm beside it');
  if (symmetric.length > 0 && Buffer.byteLength(key ?? '') < 32)
    throw bad('key: expected at least 32 bytes for HS…');
  if (symmetric.length === 0 && key !== undefined && !isPem(key))
    throw bad('key: expected a public key as PEM');
  if (isEmpty(issuer)) throw bad('issuer: expected what iss must be');
  if (isEmpty(audience)) throw bad('audience: expected what aud must have');
  const { clockTolerance = 0 } = options;
  if (!(clockTolerance >= 0 && clockTolerance <= 300)) throw bad('clockTolerance: expected 0 to 300 seconds');
}

function isPem(key: string | undefined): boolean {
  return key?.includes('-----BEGIN') ?? false;
}

function isEmpty(value: unknown): boolean {
  return value === undefined || value === null || (value as { length?: number }).length === 0;
}

function bad(problem: string): SluiceError {
  return new SluiceError('BAD_OPTION', `jwt: ${problem}.`);
}
