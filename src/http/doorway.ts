import { isSluiceError } from '../errors/sluice-error.ts';
import { admit, EVERYBODY, NOBODY, shownRequest, type Authorize } from './auth/authorize.ts';
import { checkRuns } from './auth/check-runs.ts';
import { identify } from './auth/identify.ts';
import type { Principal } from './auth/principal.ts';
import { withoutForeignCookie } from './check-origin.ts';
import type { GuardedRoute } from './guarded-route.ts';
import { clientAddress } from './limits/client-address.ts';
import { RequestLimits } from './limits/request-limits.ts';
import type { HandlerSettings } from './options.ts';
import type { HttpRequest } from './request.ts';

/** Somebody who may go on. */
export interface Entered {
  readonly principal: Principal;
  /** To be called when the request is answered, or its stream over. */
  readonly leave: () => void;
}

/** What a request asks for. */
export interface Destination {
  readonly path: string;
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  /** Told who it is, before anything else is found out. */
  readonly known: (principal: Principal) => void;
}

/** Lets requests in: who it is, whether that one may, and whether it is not too much. */
export class Doorway {
  readonly limits: RequestLimits;
  readonly #settings: HandlerSettings;
  readonly #authorize: Authorize | undefined;

  constructor(settings: HandlerSettings) {
    const { authorize, grants, limits } = settings;
    this.#settings = settings;
    this.#authorize = authorize && identify(authorize, grants);
    this.limits = new RequestLimits(limits);
  }

  /** Rejects with `UNAUTHENTICATED`, `FORBIDDEN`, `RUN_NOT_FOUND`, `TOO_MANY_REQUESTS`. */
  async enter(
    request: HttpRequest,
    { scope, isGreeting = false, namesRunsLater = false }: GuardedRoute,
    { path, params, query, known }: Destination,
  ): Promise<Entered> {
    if (scope === undefined && !isGreeting) return { principal: EVERYBODY, leave: () => undefined };
    const { clock, cors, limits } = this.#settings;
    const address = clientAddress(request, limits.proxies);
    const asked = this.#authorize;
    const authorize: Authorize | undefined =
      asked &&
      (async shown => {
        const principal = await asked(shown);
        if (principal) known(principal);
        return principal;
      });
    const principal = await this.#identified(
      () =>
        admit(shownRequest(withoutForeignCookie(request, cors), path, query), scope, {
          authorize,
          now: clock.now(),
        }),
      address,
    ).catch((error: unknown) => {
      if (isGreeting && isSluiceError(error, 'UNAUTHENTICATED')) return NOBODY;
      throw error;
    });
    if (!namesRunsLater) checkRuns(principal, params, query);
    return { principal, leave: await this.limits.enter(principal.tenantId, address) };
  }

  async #identified(ask: () => Promise<Principal>, address: string | undefined): Promise<Principal> {
    await this.limits.checkFailures(address);
    try {
      return await ask();
    } catch (error) {
      if (isSluiceError(error, 'UNAUTHENTICATED')) await this.limits.noteFailure(address);
      throw error;
    }
  }
}
