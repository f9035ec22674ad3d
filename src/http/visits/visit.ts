import { isId } from '../../event/ids.ts';
import type { Principal } from '../auth/principal.ts';
import type { HttpRequest } from '../request.ts';
import { requestIdOf } from './request-id.ts';

/** What the address of nothing counts as. */
const NOWHERE = '(none)';

/** What is known of one request, more and more while it is answered. */
export class Visit {
  readonly request: HttpRequest;
  readonly id: string;
  /** Milliseconds since the epoch, and of a clock that only grows. */
  readonly came: { readonly at: number; readonly monotonic: number };
  route = NOWHERE;
  principal: Principal | undefined;
  code: string | undefined;
  #runId: string | undefined;

  constructor(request: HttpRequest, came: Visit['came']) {
    this.request = request;
    this.came = came;
    this.id = requestIdOf(request.header('x-request-id'));
  }

  get runId(): string | undefined {
    return this.#runId;
  }

  /** `route` is the pattern; the bridges call their parameter by other names. */
  arrive(route: string, params: Readonly<Record<string, string>>): void {
    this.route = route;
    this.about(params.id ?? params.run_id);
  }

  /** Which run it is about; what cannot be an id is nobody's. */
  about(runId: string | undefined): void {
    if (isId(runId)) this.#runId = runId;
  }
}
