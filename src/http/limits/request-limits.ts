import { SluiceError } from '../../errors/sluice-error.ts';
import type { LimitSettings } from './limit-options.ts';

const SECOND = 1_000;
const MINUTE = 60_000;

/** Counts what tenants and addresses ask of one server. Memory: O(those that are connected), and that of the store. */
export class RequestLimits {
  readonly #settings: LimitSettings;
  readonly #open = new Map<string, number>();

  constructor(settings: LimitSettings) {
    this.#settings = settings;
  }

  /** Throws `TOO_MANY_REQUESTS` where too many credentials from this address were unknown. */
  async checkFailures(address: string | undefined): Promise<void> {
    await this.#failures(address, {});
  }

  /** A credential was unknown. */
  async noteFailure(address: string | undefined): Promise<void> {
    await this.#failures(address, { failures: 1 }).catch(() => undefined);
  }

  /**
   * One more request: returns what tells that it is answered, or its stream over. Throws `TOO_MANY_REQUESTS`; nothing is
   * counted then.
   */
  async enter(tenantId: string, address: string | undefined): Promise<() => void> {
    const { tenantConnections, addressConnections, tenantRequests: limit, store } = this.#settings;
    if (limit < Infinity) {
      const bucket = { limit, per: SECOND, burst: 2 * limit };
      const wait = await store.take(`requests:${tenantId}`, bucket, 0);
      if (wait > 0) throw tooMany(`${limit} requests a second`, wait);
    }
    const places: [string, number][] = [[`tenant ${tenantId}`, tenantConnections]];
    if (address !== undefined) places.push([`address ${address}`, addressConnections]);
    const full = places.find(([place, most]) => (this.#open.get(place) ?? 0) >= most);
    if (full) throw tooMany(`${full[1]} connections at once`, SECOND);
    for (const [place] of places) this.#open.set(place, (this.#open.get(place) ?? 0) + 1);
    let isIn = true;
    return () => {
      if (!isIn) return;
      isIn = false;
      for (const [place] of places) this.#leave(place);
    };
  }

  /** Throws `TOO_MANY_REQUESTS` where a tenant appends more than it may. */
  async append(tenantId: string, events: number): Promise<void> {
    const { tenantEvents: limit, store } = this.#settings;
    if (limit === Infinity || events === 0) return;
    const terms = { within: SECOND, limits: { events: limit } };
    const { over } = await store.spend(`append:${tenantId}`, { events: Math.min(events, limit) }, terms);
    if (over !== undefined) throw tooMany(`${limit} events a second`, SECOND);
  }

  async #failures(address: string | undefined, amounts: { readonly failures?: number }): Promise<void> {
    const { addressFailures: limit, store } = this.#settings;
    if (limit === Infinity || address === undefined) return;
    const terms = { within: MINUTE, limits: { failures: limit } };
    const { over } = await store.spend(`failures:${address}`, amounts, terms);
    if (over !== undefined) throw tooMany(`${limit} unknown credentials a minute`, MINUTE);
  }

  #leave(place: string): void {
    const left = (this.#open.get(place) ?? 1) - 1;
    if (left > 0) this.#open.set(place, left);
    else this.#open.delete(place);
  }
}

function tooMany(limit: string, wait: number): SluiceError {
  const seconds = Math.ceil(wait / SECOND);
  return new SluiceError('TOO_MANY_REQUESTS', `More than ${limit}. Try again in ${seconds} s.`, {
    details: { retryAfter: seconds },
  });
}
