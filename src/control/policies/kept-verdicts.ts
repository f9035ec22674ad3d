import type { Clock } from '../../time/clock.ts';
import type { ExecutionContext, Matter } from '../execution-context.ts';
import { IdleMap } from '../idle-map.ts';
import type { Verdict } from '../verdict.ts';
import { COUNT, functionOption, MILLISECONDS, numberOption } from './policy-option.ts';
import { keyOf, type PolicyKey } from './subject-names.ts';

/** How a policy that asks a service keeps verdicts. */
export interface VerdictCache {
  /** Milliseconds a verdict holds: 1 to a year. */
  readonly ttl: number;
  /** Verdicts kept: 1 to 1,000,000. Default: 1,000. */
  readonly max?: number | undefined;
  /** What has the same verdict. Default: tenant, type, node and data but for the id and the attempt of the call. */
  readonly key?: PolicyKey | undefined;
}

/** Verdicts that hold for a while. */
export interface KeptVerdicts {
  keyOf(subject: Matter, context: ExecutionContext): string;
  get(key: string): Verdict | undefined;
  /** A RETRY is about one attempt, and is not kept. */
  set(key: string, verdict: Verdict): void;
}

/** Throws `BAD_OPTION`. */
export function keptVerdicts(
  kind: string,
  { ttl, max, key = contentOf }: VerdictCache,
  clock: Clock,
): KeptVerdicts {
  numberOption(`${kind}: cache: ttl`, ttl, MILLISECONDS);
  const most = numberOption(`${kind}: cache: max`, max ?? 1_000, { ...COUNT, max: 1_000_000 });
  functionOption(`${kind}: cache: key`, key);
  const verdicts = new IdleMap<Verdict>(most);
  return {
    keyOf: (subject, context) => keyOf(key, subject, context),
    get: what => verdicts.get(what, clock.now()),
    set(what, verdict) {
      if (verdict.signal === 'RETRY') return;
      const now = clock.now();
      verdicts.set(what, verdict, { now, idleAt: now + ttl });
    },
  };
}

function contentOf({ type, data, node }: Matter, { tenantId }: ExecutionContext): string {
  return JSON.stringify([tenantId, type, node, { ...data, callId: undefined, attempt: undefined }]);
}
