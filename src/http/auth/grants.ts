import { createHmac, timingSafeEqual } from 'node:crypto';
import { isPromise, type Awaitable } from '../../backends/awaitable.ts';
import type { PolicyStore } from '../../control/policy-store.ts';
import { newId } from '../../time/new-id.ts';
import { checkNumber } from '../../engine/check-number.ts';
import { SluiceError } from '../../errors/sluice-error.ts';
import { memoryPolicyStore } from '../../control/memory-policy-store.ts';
import type { Clock } from '../../time/clock.ts';
import { randomSecret } from '../../time/random-secret.ts';
import { unauthenticated } from './authorize.ts';
import type { Principal, Scope } from './principal.ts';

/** How tickets and sessions are made. Times are milliseconds. */
export interface GrantOptions {
  /** What they are signed with, at least 32 characters: the same on all servers behind one address. Default: random. */
  readonly secret?: string | undefined;
  /** How long a ticket may wait for its one use, 1 s to 10 min. Default: 60 s. */
  readonly ticketTtl?: number | undefined;
  /** How long a session lasts, 1 min to 24 h; a credential that expires ends it before. Default: 1 h. */
  readonly sessionTtl?: number | undefined;
  /** Where used tickets are noted: a shared one where several servers take the same. Default: this process. */
  readonly store?: PolicyStore | undefined;
}

/** What a principal may be given instead of its credential. */
export type GrantKind = 'ticket' | 'session';

/** A principal in few letters, and which grant it is. */
interface Signed {
  readonly k: GrantKind;
  readonly i: string;
  readonly s: string;
  readonly t: string;
  readonly c: readonly Scope[];
  /** When the grant is over, and when the credential behind it is. */
  readonly e: number;
  readonly x?: number | undefined;
  readonly r?: readonly string[] | undefined;
}

const MINUTE = 60_000;
const SHORTEST_SECRET = 32;
/** Used ones that are remembered for as long as they could be used again. */
const MOST_TICKETS = 100_000;

/**
 * Makes and reads what browsers send where they cannot send a header: tickets, each good for one request, in an
 * address; and sessions, in a cookie. Both are signed (HMAC-SHA-256), not stored.
 */
export class Grants {
  readonly #secret: string;
  readonly #ttl: Readonly<Record<GrantKind, number>>;
  readonly #store: PolicyStore;
  readonly #clock: Clock;

  /** Throws `BAD_OPTION`. */
  constructor({ secret, ticketTtl, sessionTtl, store }: GrantOptions, clock: Clock) {
    if (secret !== undefined && secret.length < SHORTEST_SECRET) {
      throw new SluiceError('BAD_OPTION', `grants.secret: expected at least ${SHORTEST_SECRET} characters.`);
    }
    this.#secret = secret ?? randomSecret();
    const ticketRange = { min: 1_000, max: 10 * MINUTE, unit: 'ms' };
    const sessionRange = { min: MINUTE, max: 24 * 60 * MINUTE, unit: 'ms' };
    this.#ttl = {
      ticket: checkNumber('grants.ticketTtl', ticketTtl, MINUTE, ticketRange),
      session: checkNumber('grants.sessionTtl', sessionTtl, 60 * MINUTE, sessionRange),
    };
    this.#store = store ?? memoryPolicyStore({ clock, keys: MOST_TICKETS });
    this.#clock = clock;
  }

  issue(kind: GrantKind, principal: Principal): { readonly text: string; readonly expiresAt: number } {
    const { subject: s, tenantId: t, scopes: c, runIds: r, expiresAt: x } = principal;
    const expiresAt = Math.min(x ?? Infinity, this.#clock.now() + this.#ttl[kind]);
    const signed: Signed = { k: kind, i: newId(), s, t, c, e: expiresAt, x, r };
    const body = Buffer.from(JSON.stringify(signed)).toString('base64url');
    return { text: `${body}.${this.#sign(body)}`, expiresAt };
  }

  /** Whom a session speaks for; `undefined` where it is none of ours, or over. */
  session(text: string): Principal | undefined {
    const signed = this.#read('session', text);
    return signed && principalOf(signed, signed.e);
  }

  /**
   * Whom a ticket speaks for. What it opens lasts as long as a session would. Throws `UNAUTHENTICATED` where it is none
   * of ours, over, or used.
   */
  ticket(text: string): Awaitable<Principal> {
    const signed = this.#read('ticket', text);
    if (!signed) throw unusable();
    const terms = { within: this.#ttl.ticket, limits: { uses: 1 } };
    const spent = this.#store.spend(`ticket:${signed.i}`, { uses: 1 }, terms);
    const admitted = ({ over }: { readonly over?: string | undefined }): Principal => {
      if (over !== undefined) throw unusable();
      return principalOf(signed, Math.min(signed.x ?? Infinity, this.#clock.now() + this.#ttl.session));
    };
    return isPromise(spent) ? spent.then(admitted) : admitted(spent);
  }

  #read(kind: GrantKind, text: string): Signed | undefined {
    const [body = '', signature = ''] = text.split('.');
    const right = Buffer.from(this.#sign(body));
    const given = Buffer.from(signature);
    if (right.length !== given.length || !timingSafeEqual(right, given)) return undefined;
    const signed = JSON.parse(Buffer.from(body, 'base64url').toString()) as Signed;
    return signed.k === kind && signed.e > this.#clock.now() ? signed : undefined;
  }

  #sign(body: string): string {
    return createHmac('sha256', this.#secret).update(body).digest('base64url');
  }
}

function principalOf(
  { s: subject, t: tenantId, c: scopes, r: runIds }: Signed,
  expiresAt: number,
): Principal {
  return { subject, tenantId, scopes, runIds, expiresAt };
}

function unusable(): SluiceError {
  return unauthenticated('The ticket is not known here, used already, or too old.');
}
