import { Observable } from 'rxjs';
import { SluiceError } from '../../errors/sluice-error.ts';
import { systemClock, type Clock } from '../../time/clock.ts';
import type { ExecutionContext, Matter } from '../execution-context.ts';
import { IdleMap } from '../idle-map.ts';
import type { Policy } from '../policy.ts';
import { readVerdict } from '../read-verdict.ts';
import type { Verdict } from '../verdict.ts';
import { badOption, COUNT, functionOption, MILLISECONDS, numberOption, shown } from './policy-option.ts';
import { ASKING_ORDER, type PolicyPlace } from './policy-place.ts';
import { keyOf, type PolicyKey } from './subject-names.ts';

/** Which service {@link httpPolicy} asks, and how. */
export interface HttpPolicyOptions extends PolicyPlace {
  /** `http:` or `https:`. */
  readonly url: string | URL;
  /** Sent with each request; for a token, for one. They appear in no error. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** Milliseconds: 1 to a year. Default: 2,000. */
  readonly timeout?: number | undefined;
  /** What a service that fails means: `closed` as much as a FAIL, `open` that it is passed over. Default: `closed`. */
  readonly onError?: 'closed' | 'open' | undefined;
  /** Keeps verdicts, all but RETRY. Default: none is kept. */
  readonly cache?: HttpPolicyCache | undefined;
  readonly clock?: Clock | undefined;
}

/** How {@link httpPolicy} keeps verdicts. */
export interface HttpPolicyCache {
  /** Milliseconds a verdict holds: 1 to a year. */
  readonly ttl: number;
  /** Verdicts kept: 1 to 1,000,000. Default: 1,000. */
  readonly max?: number | undefined;
  /** What has the same verdict. Default: tenant, type, node and data but for the id and the attempt of the call. */
  readonly key?: PolicyKey | undefined;
}

const LARGEST_ANSWER = 64 * 1024;

/**
 * Lets a service decide: POSTs `{ subject, context }` as JSON and reads a verdict as JSON, `{"signal":"PROCEED"}`. The
 * subject is masked; of the context go `runId`, `tenantId` and `attempt`, and nothing else. Whatever is no verdict breaks
 * the policy, which is closed by default: another status than 200, a redirect, more than 64 KB, no answer in time. Asked
 * about `tool.called`; answers later unless the verdict is kept, so it judges no statements. A cancelled run leaves its
 * request. Throws `BAD_OPTION`. Memory: the verdicts kept.
 */
export function httpPolicy(options: HttpPolicyOptions): Policy {
  const { name = 'httpPolicy', priority = ASKING_ORDER.service, types = 'tool.called' } = options;
  const { onError = 'closed', headers = {}, cache, clock = systemClock } = options;
  const url = checkUrl(options.url);
  const timeout = numberOption('httpPolicy: timeout', options.timeout ?? 2_000, MILLISECONDS);
  const ask = askingAt(url, headersOf(headers));
  const kept = cache && keeping(cache, clock);
  return {
    ...{ name, priority, types, timeout, onError },
    decide(subject, context) {
      const key = kept && keyOf(kept.key, subject, context);
      const known = key === undefined ? undefined : kept?.get(key);
      if (known) return known;
      return new Observable<Verdict>(subscriber => {
        const leaving = new AbortController();
        const verdict = async (): Promise<Verdict> => {
          const answer = readVerdict(await ask(subject, context, leaving.signal), name) as Verdict;
          if (key !== undefined) kept?.set(key, answer);
          return answer;
        };
        verdict().then(
          answer => subscriber.next(answer),
          (error: unknown) => subscriber.error(error),
        );
        return () => leaving.abort();
      });
    },
  };
}

type Ask = (subject: Matter, context: ExecutionContext, signal: AbortSignal) => Promise<unknown>;

function askingAt(url: URL, headers: Headers): Ask {
  return async ({ type, data, node }, { runId, tenantId, attempt }, signal) => {
    const body = JSON.stringify({ subject: { type, data, node }, context: { runId, tenantId, attempt } });
    let response;
    try {
      response = await fetch(url, { method: 'POST', headers, body, signal, redirect: 'error' });
    } catch {
      // What fetch says of it may hold the address with what stands in its query.
      throw new Error(`${url.host} could not be reached`);
    }
    const text = await boundedText(response, url.host);
    if (response.status !== 200) throw new Error(`${url.host} answered ${response.status}`);
    try {
      return JSON.parse(text) as unknown;
    } catch {
      throw new Error(`${url.host} answered what is no JSON`);
    }
  };
}

async function boundedText({ body }: Response, host: string): Promise<string> {
  if (!body) return '';
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let text = '';
  for (let size = 0; ;) {
    const { value, done } = await reader.read();
    if (done) return text + decoder.decode();
    size += value.byteLength;
    if (size > LARGEST_ANSWER) {
      await reader.cancel();
      throw new Error(`${host} answered more than ${LARGEST_ANSWER} bytes`);
    }
    text += decoder.decode(value, { stream: true });
  }
}

function keeping({ ttl, max, key = contentOf }: HttpPolicyCache, clock: Clock) {
  numberOption('httpPolicy: cache: ttl', ttl, MILLISECONDS);
  const most = numberOption('httpPolicy: cache: max', max ?? 1_000, { ...COUNT, max: 1_000_000 });
  functionOption('httpPolicy: cache: key', key);
  const verdicts = new IdleMap<Verdict>(most);
  return {
    key,
    get: (what: string) => verdicts.get(what, clock.now()),
    set(what: string, verdict: Verdict): void {
      if (verdict.signal === 'RETRY') return;
      const now = clock.now();
      verdicts.set(what, verdict, { now, idleAt: now + ttl });
    },
  };
}

function contentOf({ type, data, node }: Matter, { tenantId }: ExecutionContext): string {
  return JSON.stringify([tenantId, type, node, { ...data, callId: undefined, attempt: undefined }]);
}

function headersOf(given: Readonly<Record<string, string>>): Headers {
  try {
    const headers = new Headers(given);
    headers.set('content-type', 'application/json');
    headers.set('accept', 'application/json');
    return headers;
  } catch {
    throw badOption('httpPolicy: headers', 'expected names and values that HTTP allows');
  }
}

function checkUrl(given: unknown): URL {
  const text = given instanceof URL ? given.href : given;
  if (typeof text !== 'string' || !URL.canParse(text)) {
    throw badOption('httpPolicy: url', `expected an absolute address, got ${shown(given)}`);
  }
  const url = new URL(text);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    throw badOption('httpPolicy: url', `expected http: or https:, got ${url.protocol}`);
  }
  if (url.username === '' && url.password === '') return url;
  throw new SluiceError(
    'BAD_OPTION',
    'httpPolicy: url: expected no user and password. Pass them in headers.',
  );
}
