import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type CryptoKey, exportJWK, exportSPKI, generateKeyPair, SignJWT } from 'jose';
import type { Principal } from '../../src/http/auth/principal.ts';
import { jwt } from '../../src/http/jwt/jwt.ts';
import type { JwtOptions } from '../../src/http/jwt/jwt-options.ts';
import { codeOf } from '../support/code-of.ts';

const SECRET = 's'.repeat(32);
const RULES = { issuer: 'https://issuer.test', audience: 'sluice' };
const HOUR = 3_600;

interface Signing {
  readonly key: CryptoKey | Uint8Array;
  readonly alg: string;
  readonly kid?: string;
  readonly claims?: object;
  readonly issuer?: string;
  readonly audience?: string;
  readonly exp?: number | undefined;
  readonly typ?: string;
}

const now = (): number => Math.floor(Date.now() / 1_000);

function sign({ key, alg, kid, claims, ...rest }: Signing): Promise<string> {
  const { issuer = RULES.issuer, audience = RULES.audience, typ } = rest;
  const exp = 'exp' in rest ? rest.exp : now() + HOUR;
  const token = new SignJWT({ tenant_id: 'ours', scope: 'openid read write', ...claims })
    .setProtectedHeader({ alg, ...(kid !== undefined && { kid }), ...(typ !== undefined && { typ }) })
    .setSubject('alice')
    .setIssuer(issuer)
    .setAudience(audience);
  return (exp === undefined ? token : token.setExpirationTime(exp)).sign(key);
}

async function whoIs(options: JwtOptions, token: string): Promise<Principal | undefined> {
  const authorize = await jwt(options);
  const headers: Record<string, string> = { authorization: `Bearer ${token}` };
  return authorize({
    ...{ method: 'GET', path: '/runs', query: new URLSearchParams(), address: undefined },
    header: name => headers[name],
  });
}

describe('jwt', () => {
  let server: Server;
  let jwks: string;
  let pair: { readonly publicKey: CryptoKey; readonly privateKey: CryptoKey };
  let pem: string;
  beforeAll(async () => {
    pair = await generateKeyPair('RS256', { extractable: true });
    pem = await exportSPKI(pair.publicKey);
    const keys = { keys: [{ ...(await exportJWK(pair.publicKey)), kid: 'one', alg: 'RS256', use: 'sig' }] };
    server = createServer((request, response) => {
      response.writeHead(request.url === '/keys' ? 200 : 500, { 'content-type': 'application/json' });
      response.end(JSON.stringify(keys));
    });
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
    jwks = `http://127.0.0.1:${(server.address() as AddressInfo).port}/keys`;
  });
  afterAll(() => new Promise(resolve => server.close(resolve)));

  const rsa = (change: object = {}): Signing => ({
    key: pair.privateKey,
    alg: 'RS256',
    kid: 'one',
    ...change,
  });
  const byKeys = (change: object = {}): JwtOptions => ({ ...RULES, jwks, algorithms: ['RS256'], ...change });
  const secret = (change: object = {}): Signing => ({
    ...{ key: new TextEncoder().encode(SECRET), alg: 'HS256' },
    ...change,
  });
  const bySecret = (change: object = {}): JwtOptions => ({
    ...{ ...RULES, key: SECRET, algorithms: ['HS256'] },
    ...change,
  });

  it('knows who a token is for, by a set of keys, a key and a secret', async () => {
    const expiresAt = now() + HOUR;
    const alice = {
      subject: 'alice',
      tenantId: 'ours',
      scopes: ['read', 'write'],
      expiresAt: expiresAt * 1_000,
    };
    const exp = { exp: expiresAt };
    expect(await whoIs(byKeys(), await sign(rsa(exp)))).toEqual(alice);
    expect(await whoIs({ ...RULES, key: pem, algorithms: ['RS256'] }, await sign(rsa(exp)))).toEqual(alice);
    expect(await whoIs(bySecret(), await sign(secret(exp)))).toEqual(alice);
  });

  it('reads tenant and scopes where it is told to', async () => {
    const claims = { org: 'theirs', permissions: ['sluice:read', 'write', 'sluice:cancel'] };
    const options = bySecret({ tenantClaim: 'org', scopeClaim: 'permissions', scopePrefix: 'sluice:' });
    expect(await whoIs(options, await sign(secret({ claims })))).toMatchObject({
      ...{ tenantId: 'theirs', scopes: ['read', 'cancel'] },
    });
    const fixed = bySecret({ tenantId: 'all' });
    expect(await whoIs(fixed, await sign(secret({ claims: { tenant_id: '../x' } })))).toMatchObject({
      tenantId: 'all',
    });
  });

  it.each<[string, object]>([
    ['another audience', { audience: 'other' }],
    ['another issuer', { issuer: 'https://evil.test' }],
    ['one that is over', { exp: now() - 60 }],
    ['one without end', { exp: undefined }],
    ['another secret', { key: new TextEncoder().encode('t'.repeat(32)) }],
    ['another algorithm', { alg: 'HS512', key: new TextEncoder().encode('s'.repeat(64)) }],
    ['no tenant', { claims: { tenant_id: undefined } }],
    ['an odd tenant', { claims: { tenant_id: '../theirs' } }],
    ['another type', { typ: 'id+jwt' }],
  ])('does not know %s', async (_, change) => {
    const good = await whoIs(bySecret({ type: 'at+jwt' }), await sign(secret({ typ: 'at+jwt' })));
    expect(good?.subject).toBe('alice');
    expect(await whoIs(bySecret({ type: 'at+jwt' }), await sign(secret({ typ: 'at+jwt', ...change })))).toBe(
      undefined,
    );
  });

  it('does not know what nobody signed, or what was signed with the public key', async () => {
    const [, body] = (await sign(rsa())).split('.');
    const head = Buffer.from(JSON.stringify({ alg: 'none' })).toString('base64url');
    for (const text of [`${head}.${body}.`, `${head}.${body}.AAAA`, 'a.b.c', 'x'.repeat(9_000), ''])
      expect(await whoIs(byKeys(), text)).toBe(undefined);
    const confused = await sign({ key: new TextEncoder().encode(pem), alg: 'HS256', kid: 'one' });
    expect(await whoIs(byKeys(), confused)).toBe(undefined);
    expect(await whoIs({ ...RULES, key: pem, algorithms: ['RS256'] }, confused)).toBe(undefined);
    expect(await whoIs(byKeys(), await sign(rsa({ kid: 'two' })))).toBe(undefined);
  });

  it('lets nobody pass while the keys are away', async () => {
    const away = byKeys({ jwks: jwks.replace('/keys', '/away') });
    await expect(whoIs(away, await sign(rsa()))).rejects.toThrow();
    const dead = byKeys({ jwks: 'http://127.0.0.1:9/keys' });
    await expect(whoIs(dead, await sign(rsa()))).rejects.toThrow();
  });

  it.each<[string, object]>([
    ['no keys', { key: undefined }],
    ['two kinds of keys', { jwks: 'http://127.0.0.1/keys' }],
    ['no algorithm', { algorithms: [] }],
    ['none as algorithm', { algorithms: ['none'] }],
    ['a short secret', { key: 'secret' }],
    ['a secret for a public key', { algorithms: ['RS256'] }],
    ['secrets and keys together', { algorithms: ['HS256', 'RS256'] }],
    ['no audience', { audience: undefined }],
    ['no issuer', { issuer: [] }],
    ['odd tolerance', { clockTolerance: 3_600 }],
  ])('refuses options with %s', async (_, change) => {
    expect(await codeOf(() => jwt(bySecret(change)))).toBe('BAD_OPTION');
  });
});
