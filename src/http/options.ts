import type { Bridge } from '../bridges/bridge.ts';
import { SluiceError } from '../errors/sluice-error.ts';
import { checkNames, type OptionNames } from '../engine/check-names.ts';
import { checkNumber } from '../engine/check-number.ts';
import { systemClock, type Clock } from '../time/clock.ts';
import { checkAllowedHosts, type AllowedHosts } from './check-origin.ts';
import { checkBridges } from './check-bridges.ts';
import type { Authorize } from './auth/authorize.ts';
import { Grants, type GrantOptions } from './auth/grants.ts';
import { resolveLimits, type LimitOptions, type LimitSettings } from './limits/limit-options.ts';
import { checkCors, type CorsOptions } from './cors.ts';
import { pageOf, type Page } from './page.ts';
import type { AuditListener } from './visits/audit-event.ts';
import type { RequestListener } from './visits/request-report.ts';
import { resolveSockets, type SocketOptions, type SocketSettings } from './websocket/socket-options.ts';

/** How runs are served. All optional; times are milliseconds. */
export interface HandlerOptions {
  /**
   * Host names that requests may be addressed to, without ports; `any` if something in front checks them. Default:
   * the names of this machine alone (`localhost`, `127.0.0.1`, `[::1]`).
   */
  readonly allowedHosts?: AllowedHosts | undefined;
  /**
   * Who sends a request, and what that one may. Default: everybody may do everything with the runs of the tenant
   * `default`.
   */
  readonly authorize?: Authorize | undefined;
  /** How tickets and sessions are made. Without `authorize` nobody needs them. */
  readonly grants?: GrantOptions | undefined;
  /** How much one tenant and one address may ask. Default: nothing is limited without `authorize`. */
  readonly limits?: LimitOptions | undefined;
  /** Which pages of other sites may call. Default: none. */
  readonly cors?: CorsOptions | undefined;
  /** Where the routes are mounted, such as `/api/sluice`. Default: at the root. */
  readonly basePath?: string | undefined;
  /** Bytes of a request body, 1 KB to 64 MB. Default: 1 MB. */
  readonly bodyLimit?: number | undefined;
  /**
   * Streams end after this time, or up to a tenth earlier, and clients go on where they were: for platforms that cut
   * long connections. 1 s to 24 h, or `Infinity`. Default: `Infinity`.
   */
  readonly streamAge?: number | undefined;
  /** A stream is never silent for longer, 10 ms to 1 h. Default: 15 s. */
  readonly heartbeat?: number | undefined;
  /**
   * How long clients wait before they reconnect, at the least; up to twice as long, and where a server that closes ends
   * many streams at once, up to 2 ms longer for each of them, 28 s at the most. 0 to 1 h. Default: 2 s.
   */
  readonly retry?: number | undefined;
  /** How WebSockets are served, where there is something to upgrade. */
  readonly sockets?: SocketOptions | undefined;
  /** The HTML that `GET /` answers with. Default: none, and `GET /` is a 404. */
  readonly page?: string | undefined;
  /**
   * Other systems whose clients may come here, such as `dockrion()`. Where a bridge answers an address of Sluice, the
   * bridge does. Default: none.
   */
  readonly bridges?: readonly Bridge[] | undefined;
  /** Whether `GET /metrics` answers, where `authorize` is set for the scope `admin` alone. Default: true. */
  readonly metrics?: boolean | undefined;
  /** Told of every request when its answer was given, or its stream is over: for logs. Default: nobody. */
  readonly onRequest?: RequestListener | undefined;
  /** Told who signed in, started, cancelled, answered or erased, and who was refused. Default: nobody. */
  readonly audit?: AuditListener | undefined;
  /** Where heartbeats take time from; for tests. Default: the machine's. */
  readonly clock?: Clock | undefined;
}

/** {@link HandlerOptions}, checked, with every default filled in. */
export interface HandlerSettings {
  readonly allowedHosts: AllowedHosts | undefined;
  readonly authorize: Authorize | undefined;
  readonly grants: Grants;
  readonly cors: CorsOptions | undefined;
  readonly limits: LimitSettings;
  readonly basePath: string;
  readonly bodyLimit: number;
  readonly streamAge: number;
  readonly heartbeat: number;
  readonly retry: number;
  readonly sockets: SocketSettings;
  readonly page: Page | undefined;
  readonly bridges: readonly Bridge[];
  readonly metrics: boolean;
  readonly onRequest: RequestListener | undefined;
  readonly audit: AuditListener | undefined;
  readonly clock: Clock;
}

const HOUR = 3_600_000;
const STREAM_AGE = { min: 1_000, max: 24 * HOUR, unit: 'ms', allowsInfinity: true };
const MB = 1024 * 1024;

// Whoever misspells `authorize` would let everybody in.
const OPTIONS: OptionNames<HandlerOptions> = {
  ...{ allowedHosts: true, authorize: true, grants: true, limits: true, cors: true, basePath: true },
  ...{ bodyLimit: true, streamAge: true, heartbeat: true, retry: true, sockets: true, page: true },
  ...{ bridges: true, metrics: true, onRequest: true, audit: true, clock: true },
};

/** Throws `BAD_OPTION`. */
export function resolveHandlerOptions(options: HandlerOptions): HandlerSettings {
  checkNames('handler', options, OPTIONS);
  const { allowedHosts, authorize, basePath = '', page, clock = systemClock } = options;
  if (!/^(?:\/[\w.~-]+)*$/.test(basePath)) {
    throw new SluiceError(
      'BAD_OPTION',
      'basePath: expected a path such as /api/sluice, without a slash at its end.',
    );
  }
  return {
    allowedHosts: checkAllowedHosts(allowedHosts),
    authorize,
    cors: checkCors(options.cors),
    limits: resolveLimits(options.limits ?? {}, { isAsked: authorize !== undefined, clock }),
    grants: new Grants(options.grants ?? {}, clock),
    basePath,
    bodyLimit: checkNumber('bodyLimit', options.bodyLimit, MB, { min: 1024, max: 64 * MB, unit: 'bytes' }),
    streamAge: checkNumber('streamAge', options.streamAge, Infinity, STREAM_AGE),
    heartbeat: checkNumber('heartbeat', options.heartbeat, 15_000, { min: 10, max: HOUR, unit: 'ms' }),
    retry: checkNumber('retry', options.retry, 2_000, { min: 0, max: HOUR, unit: 'ms' }),
    sockets: resolveSockets(options.sockets ?? {}),
    page: page === undefined ? undefined : pageOf(page),
    bridges: checkBridges(options.bridges ?? []),
    metrics: options.metrics ?? true,
    onRequest: options.onRequest,
    audit: options.audit,
    clock,
  };
}
