import { Observable } from 'rxjs';
import { systemClock, type Clock } from '../../time/clock.ts';
import type { ExecutionContext, Matter } from '../execution-context.ts';
import type { Policy } from '../policy.ts';
import { readVerdict } from '../read-verdict.ts';
import type { Verdict } from '../verdict.ts';
import { jsonService } from './json-service.ts';
import { keptVerdicts, type VerdictCache } from './kept-verdicts.ts';
import { MILLISECONDS, numberOption } from './policy-option.ts';
import { ASKING_ORDER, type PolicyPlace } from './policy-place.ts';

/** How a policy asks a service. */
export interface ServicePolicyOptions extends PolicyPlace {
  /** Sent with each request; for a token, for one. They appear in no error. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** Milliseconds: 1 to a year. Default: 2,000. */
  readonly timeout?: number | undefined;
  /** What a service that fails means: `closed` as much as a FAIL, `open` that it is passed over. Default: `closed`. */
  readonly onError?: 'closed' | 'open' | undefined;
  /** Keeps verdicts, all but RETRY. Default: none is kept. */
  readonly cache?: VerdictCache | undefined;
  readonly clock?: Clock | undefined;
}

/** What a kind of service is asked, and what its answers mean. */
export interface ServiceTalk {
  /** Of the policy: its default name, and the head of its errors. */
  readonly kind: string;
  readonly url: URL;
  /** JSON-compatible; of the subject as it is stored, masked. */
  question(subject: Matter, context: ExecutionContext): unknown;
  /** A verdict; throws for what is none. */
  verdict(answer: unknown): unknown;
}

/**
 * A policy that a service decides. Asked about `tool.called` by default; answers later unless the verdict is kept, so it
 * judges no statements. Whatever is no verdict breaks the policy, which is closed by default. A cancelled run leaves its
 * request. Throws `BAD_OPTION`. Memory: the verdicts kept.
 */
export function servicePolicy(options: ServicePolicyOptions, talk: ServiceTalk): Policy {
  const { kind, url } = talk;
  const { name = kind, priority = ASKING_ORDER.service, types = 'tool.called' } = options;
  const { onError = 'closed', headers, cache, clock = systemClock } = options;
  const timeout = numberOption(`${kind}: timeout`, options.timeout ?? 2_000, MILLISECONDS);
  const ask = jsonService({ kind, url, headers });
  const kept = cache && keptVerdicts(kind, cache, clock);
  return {
    ...{ name, priority, types, timeout, onError },
    decide(subject, context) {
      const key = kept?.keyOf(subject, context);
      const known = key === undefined ? undefined : kept?.get(key);
      if (known) return known;
      return new Observable<Verdict>(subscriber => {
        const leaving = new AbortController();
        const verdict = async (): Promise<Verdict> => {
          const answer = talk.verdict(await ask(talk.question(subject, context), leaving.signal));
          const read = readVerdict(answer, name) as Verdict;
          if (key !== undefined) kept?.set(key, read);
          return read;
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
