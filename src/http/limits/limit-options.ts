import { memoryPolicyStore } from '../../control/memory-policy-store.ts';
import type { PolicyStore } from '../../control/policy-store.ts';
import { checkNumber } from '../../engine/check-number.ts';
import type { Clock } from '../../time/clock.ts';

/** How much one tenant, and one address, may ask of a server. Each may be `Infinity`. */
export interface LimitOptions {
  /** Requests under way and streams open at once, of one tenant, in this process. Default: 10,000. */
  readonly tenantConnections?: number | undefined;
  /** The same from one address. Default: 10,000. */
  readonly addressConnections?: number | undefined;
  /** Requests a second of one tenant on average, twice as many at once. Default: 1,000. */
  readonly tenantRequests?: number | undefined;
  /** Events that one tenant appends from outside in a second. Default: 20,000. */
  readonly tenantEvents?: number | undefined;
  /** Unknown credentials in a minute from one address; then it has to wait for the next one. Default: 100. */
  readonly addressFailures?: number | undefined;
  /**
   * How many proxies in front add the address they were called from to `X-Forwarded-For`: the one that the first of
   * them saw is that of the client. Default: 0, the header says nothing.
   */
  readonly proxies?: number | undefined;
  /** Where rates are counted: a shared one where they shall hold for several servers. Default: this process. */
  readonly store?: PolicyStore | undefined;
}

/** {@link LimitOptions}, checked, with every default filled in. */
export type LimitSettings = {
  readonly [Name in keyof Required<LimitOptions>]: NonNullable<LimitOptions[Name]>;
};

const MOST = { min: 1, max: 10_000_000, allowsInfinity: true };

/** Without `isAsked` nobody is told apart, and nothing is limited unless it is said. Throws `BAD_OPTION`. */
export function resolveLimits(
  options: LimitOptions,
  { isAsked, clock }: { readonly isAsked: boolean; readonly clock: Clock },
): LimitSettings {
  const limit = (name: keyof LimitOptions, fallback: number, unit: string): number =>
    checkNumber(`limits.${name}`, options[name], isAsked ? fallback : Infinity, { ...MOST, unit });
  return {
    tenantConnections: limit('tenantConnections', 10_000, 'connections'),
    addressConnections: limit('addressConnections', 10_000, 'connections'),
    tenantRequests: limit('tenantRequests', 1_000, 'requests'),
    tenantEvents: limit('tenantEvents', 20_000, 'events'),
    addressFailures: limit('addressFailures', 100, 'requests'),
    proxies: checkNumber('limits.proxies', options.proxies, 0, { min: 0, max: 10, unit: 'proxies' }),
    store: options.store ?? memoryPolicyStore({ clock }),
  };
}
