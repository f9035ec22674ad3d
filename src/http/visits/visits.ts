import { maskValue } from '../../secrets/mask-value.ts';
import { isoTime } from '../../time/iso-time.ts';
import type { ServedEngine } from '../exchange.ts';
import { clientAddress } from '../limits/client-address.ts';
import { HttpMeter, type Metered } from '../metrics/http-meter.ts';
import type { HandlerSettings } from '../options.ts';
import type { FeedReply, SocketReply, Reply } from '../reply.ts';
import type { HttpRequest } from '../request.ts';
import type { AuditAction, AuditEvent } from './audit-event.ts';
import { Visit } from './visit.ts';
import { witnessedEngine } from './witnessed-engine.ts';

const LONGEST_ADDRESS = 64;
const REFUSED: readonly number[] = [401, 403, 429];
/** What is done by being answered well. */
const DEEDS: Readonly<Record<string, AuditAction>> = {
  'POST /session': 'signIn',
  'DELETE /session': 'signOut',
  'POST /tickets': 'ticket',
};

/** What comes on a socket has no body, and its client is seen to leave by the socket. */
const NO_BODY: Pick<HttpRequest, 'body' | 'chunks' | 'onDisconnect'> = {
  body: () => Promise.resolve(''),
  chunks: async function* () {},
  onDisconnect: () => () => undefined,
};

/** Counts the requests of one server, and tells of them whoever asked to be told. */
export class Visits {
  readonly meter: HttpMeter;
  readonly #engine: ServedEngine;
  readonly #settings: HandlerSettings;

  constructor(engine: ServedEngine, settings: HandlerSettings) {
    this.#engine = engine;
    this.#settings = settings;
    this.meter = new HttpMeter(settings.clock);
  }

  begin(request: HttpRequest): Visit {
    return new Visit(request, { at: this.#settings.clock.now(), monotonic: this.#now() });
  }

  /** The engine as a request is given it. */
  engineFor(visit: Visit): ServedEngine {
    const { audit, onRequest } = this.#settings;
    if (!audit && !onRequest) return this.#engine;
    return witnessedEngine(this.#engine, (action, runId) => {
      visit.about(runId);
      this.#audit(visit, action);
    });
  }

  /** A subscription on a socket, which was a visit itself. */
  beginSubscription({ id, request, principal, route }: Visit, runId: string): Visit {
    const { target, address } = request;
    const header = (name: string): string | undefined =>
      name === 'x-request-id' ? id : request.header(name);
    const visit = this.begin({ ...NO_BODY, method: 'SUBSCRIBE', target, address, header });
    visit.principal = principal;
    visit.arrive(route, { id: runId });
    return visit;
  }

  /** A subscription is there. Returns what tells that it is over. */
  subscribed(visit: Visit, subscription: Metered): () => void {
    const wait = this.#counted(visit, 200);
    this.meter.opened(subscription);
    return () => {
      this.meter.closed(subscription);
      this.#report(visit, 200, wait);
    };
  }

  /** A subscription was refused. */
  refused(visit: Visit, { status, code }: { readonly status: number; readonly code: string }): void {
    visit.code = code;
    this.#report(visit, status, this.#counted(visit, status));
  }

  /** The answer is there: names it, and follows it to its end. */
  answered<Answer extends Reply | SocketReply>(visit: Visit, reply: Answer): Answer {
    const { status } = reply;
    const wait = this.#counted(visit, status);
    const headers = { ...reply.headers, 'x-request-id': visit.id };
    if ('body' in reply) {
      this.#report(visit, status, wait);
      return { ...reply, headers };
    }
    const closed = this.#opened(reply);
    const { released } = reply;
    let isOver = false;
    const over = (): void => {
      if (isOver) return;
      isOver = true;
      closed();
      released?.();
      this.#report(visit, status, wait);
    };
    return { ...reply, headers, released: over };
  }

  #opened(reply: FeedReply | SocketReply): () => void {
    if (!('feed' in reply)) {
      this.meter.sockets++;
      return () => void this.meter.sockets--;
    }
    const { feed, isWhole } = reply;
    if (!isWhole) this.meter.opened(feed);
    return () => this.meter.closed(feed);
  }

  /** Counts an answer, and tells the audit of it. Returns the milliseconds until it was there. */
  #counted(visit: Visit, status: number): number {
    const { route } = visit;
    const { method } = visit.request;
    const wait = this.#now() - visit.came.monotonic;
    this.meter.answered({ method, route, status, seconds: wait / 1_000 });
    if (REFUSED.includes(status)) this.#audit(visit, 'refuse', { status, code: visit.code });
    const deed = status < 300 ? DEEDS[`${method} ${route}`] : undefined;
    if (deed) this.#audit(visit, deed);
    return wait;
  }

  #report(visit: Visit, status: number, wait: number): void {
    const { onRequest } = this.#settings;
    if (!onRequest) return;
    const { id: requestId, came, route, code } = visit;
    const report = {
      ...{ time: isoTime(came.at), requestId, method: visit.request.method, route, status },
      ...{ wait: rounded(wait), duration: rounded(this.#now() - came.monotonic) },
      ...(code !== undefined && { code }),
      ...this.#who(visit),
    };
    this.#tell(onRequest, report);
  }

  #audit(visit: Visit, action: AuditAction, refusal: Pick<AuditEvent, 'status' | 'code'> = {}): void {
    const { audit, clock } = this.#settings;
    if (!audit) return;
    const { id: requestId, route, request } = visit;
    const { status, code } = refusal;
    this.#tell(audit, {
      ...{ time: isoTime(clock.now()), action, requestId, method: request.method, route },
      ...this.#who(visit),
      ...(status !== undefined && { status }),
      ...(code !== undefined && { code }),
    });
  }

  #who({ request, principal, runId }: Visit): Pick<AuditEvent, 'subject' | 'tenantId' | 'runId' | 'address'> {
    const address = clientAddress(request, this.#settings.limits.proxies)?.slice(0, LONGEST_ADDRESS);
    return {
      ...(principal && { subject: principal.subject, tenantId: principal.tenantId }),
      ...(runId !== undefined && { runId }),
      ...(address !== undefined && { address }),
    };
  }

  /** Whatever the listener does, the request goes on. */
  #tell<Told extends object>(listener: (told: Told) => unknown, told: Told): void {
    try {
      const later = listener(maskValue(told, this.#engine.secrets).value as Told);
      void Promise.resolve(later).catch(() => undefined);
    } catch {
      // Whoever listens was told; more cannot be done.
    }
  }

  #now(): number {
    const { clock } = this.#settings;
    return clock.monotonic?.() ?? clock.now();
  }
}

/** To a microsecond. */
function rounded(ms: number): number {
  return Math.round(ms * 1_000) / 1_000;
}
