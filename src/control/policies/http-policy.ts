import type { Policy } from '../policy.ts';
import { serviceUrl } from './json-service.ts';
import type { VerdictCache } from './kept-verdicts.ts';
import { servicePolicy, type ServicePolicyOptions } from './service-policy.ts';

/** Which service {@link httpPolicy} asks, and how. */
export interface HttpPolicyOptions extends ServicePolicyOptions {
  /** `http:` or `https:`. */
  readonly url: string | URL;
}

/** How {@link httpPolicy} keeps verdicts. */
export type HttpPolicyCache = VerdictCache;

/**
 * Lets a service decide: POSTs `{ subject, context }` as JSON and reads a verdict as JSON, `{"signal":"PROCEED"}`. The
 * subject is masked; of the context go `runId`, `tenantId` and `attempt`, and nothing else. Whatever is no verdict breaks
 * the policy, which is closed by default: another status than 200, a redirect, more than 64 KB, no answer in time. Asked
 * about `tool.called`; answers later unless the verdict is kept, so it judges no statements. A cancelled run leaves its
 * request. Throws `BAD_OPTION`. Memory: the verdicts kept.
 */
export function httpPolicy(options: HttpPolicyOptions): Policy {
  return servicePolicy(options, {
    kind: 'httpPolicy',
    url: serviceUrl('httpPolicy: url', options.url),
    question: ({ type, data, node }, { runId, tenantId, attempt }) => ({
      subject: { type, data, node },
      context: { runId, tenantId, attempt },
    }),
    verdict: answer => answer,
  });
}
