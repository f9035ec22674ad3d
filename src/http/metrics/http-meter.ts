import { Histogram } from '../../engine/metrics/histogram.ts';
import type { Clock } from '../../time/clock.ts';
import { counters, gauge, histogram } from './families.ts';
import type { MetricFamily, Sample } from './exposition.ts';

/** What is counted of an answer; a `route` is a pattern, `/runs/{id}`. */
export interface Counted {
  readonly method: string;
  readonly route: string;
  readonly status: number;
  /** Until the answer began. */
  readonly seconds: number;
}

/** A stream, or a subscription of a socket. */
export interface Metered {
  /** Events that are stored and not given yet; absent where nobody can tell. May reject. */
  behind?(): number | Promise<number>;
}

/** Seconds. */
const LIMITS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
/** Others are somebody's own invention, of which there is no end. */
const METHODS: readonly string[] = ['GET', 'HEAD', 'POST', 'DELETE', 'OPTIONS', 'SUBSCRIBE'];
const REFUSALS: Readonly<Record<number, 'unauthenticated' | 'forbidden' | 'limited'>> = {
  401: 'unauthenticated',
  403: 'forbidden',
  429: 'limited',
};
/** Streams that one scrape looks at; each may ask the backend. */
const MOST_ASKED = 1_024;
/** Milliseconds for which the backend is waited for: Prometheus waits for ten seconds itself. */
const LONGEST = 2_000;

/** The counts of one server. Memory: O(routes × methods), and one reference per open stream. */
export class HttpMeter {
  readonly #requests = new Map<string, { readonly labels: Sample['labels']; count: number }>();
  readonly #seconds = new Histogram(LIMITS);
  readonly #refusals = { unauthenticated: 0, forbidden: 0, limited: 0 };
  readonly #streams = new Set<Metered>();
  readonly #clock: Clock;
  /** WebSockets open. */
  sockets = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  answered({ method: given, route, status, seconds }: Counted): void {
    const method = METHODS.includes(given) ? given : 'other';
    const kind = `${Math.floor(status / 100)}xx`;
    const key = `${method} ${route} ${kind}`;
    const known = this.#requests.get(key);
    if (known) known.count++;
    else this.#requests.set(key, { labels: { method, route, status: kind }, count: 1 });
    this.#seconds.add(seconds);
    const refusal = REFUSALS[status];
    if (refusal) this.#refusals[refusal]++;
  }

  opened(feed: Metered): void {
    this.#streams.add(feed);
  }

  closed(feed: Metered): void {
    this.#streams.delete(feed);
  }

  /** Asks the backend where streams stand that are behind, and does not wait for one that is away. Never rejects. */
  async families(): Promise<readonly MetricFamily[]> {
    const behind = await this.#behind();
    const requests = [...this.#requests.values()].map(({ labels, count }): Sample => ({
      suffix: '_total',
      labels,
      value: count,
    }));
    return [
      {
        ...{ name: 'sluice_http_requests', type: 'counter', help: 'Requests answered.', samples: requests },
      },
      histogram('sluice_http_request_seconds', 'Until an answer began.', this.#seconds.counts),
      counters('sluice_http_refusals', 'Requests not let in.', 'reason', this.#refusals),
      gauge('sluice_http_streams', 'Streams open, and subscriptions of WebSockets.', this.#streams.size),
      gauge('sluice_http_sockets', 'WebSockets open.', this.sockets),
      gauge('sluice_http_streams_behind', 'Streams whose client has not taken all.', behind.length),
      gauge('sluice_http_lag_events', 'Events the slowest stream has yet to take.', Math.max(0, ...behind)),
    ];
  }

  async #behind(): Promise<readonly number[]> {
    const asked: (number | Promise<number>)[] = [];
    for (const feed of this.#streams) {
      const behind = feed.behind?.() ?? 0;
      if (behind !== 0 && asked.push(behind) === MOST_ASKED) break;
    }
    if (asked.length === 0) return [];
    const known: number[] = [];
    const answers = asked.map(async behind => void known.push(await behind));
    let stop: (() => void) | undefined;
    const late = new Promise<void>(resolve => (stop = this.#clock.alarm(LONGEST, resolve, true)));
    await Promise.race([Promise.allSettled(answers), late]);
    stop?.();
    return known.filter(behind => behind > 0);
  }
}
