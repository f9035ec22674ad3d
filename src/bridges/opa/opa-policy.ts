import type { ExecutionContext, Matter } from '../../control/execution-context.ts';
import { badOption, functionOption, shown } from '../../control/policies/policy-option.ts';
import { serviceUrl } from '../../control/policies/json-service.ts';
import { servicePolicy, type ServicePolicyOptions } from '../../control/policies/service-policy.ts';
import type { Policy } from '../../control/policy.ts';
import { decisionOf } from './decision.ts';
import { inputOf } from './input.ts';

/** Which OPA {@link opaPolicy} asks, and what. */
export interface OpaPolicyOptions extends ServicePolicyOptions {
  /** Of OPA, such as `http://127.0.0.1:8181`; what stands before `/v1/data`. */
  readonly url: string | URL;
  /** Of the document that decides, with slashes: `agents/tools/allow` is the rule `allow` of `package agents.tools`. */
  readonly path: string;
  /** What the rules see as `input`. Default: `{ subject: { type, data, node }, context: { runId, tenantId, attempt } }`. */
  readonly input?: ((subject: Matter, context: ExecutionContext) => unknown) | undefined;
}

const PATH = /^[^/?#]+(\/[^/?#]+)*$/;

/**
 * Lets a server of the Open Policy Agent decide: POSTs `{ input }` to `/v1/data/<path>` and reads `result`, which may be
 * true or false, a set of texts that deny, an object with `allow` or `deny`, or a verdict. The subject is masked. A
 * document that is not defined, another status than 200, a redirect, more than 64 KB or no answer in time break the
 * policy, which is closed by default. Asked about `tool.called`; answers later unless the verdict is kept, so it judges
 * no statements. A cancelled run leaves its request. Throws `BAD_OPTION`. Memory: the verdicts kept.
 */
export function opaPolicy(options: OpaPolicyOptions): Policy {
  const { path, input = inputOf } = options;
  const base = serviceUrl('opaPolicy: url', options.url);
  if (typeof path !== 'string' || !PATH.test(path)) {
    throw badOption('opaPolicy: path', `expected names with slashes between, got ${shown(path)}`);
  }
  functionOption('opaPolicy: input', input);
  const url = new URL(base);
  url.pathname = [
    url.pathname.replace(/\/$/, ''),
    ...['v1', 'data', ...path.split('/')].map(encodeURIComponent),
  ].join('/');
  return servicePolicy(options, {
    ...{ kind: 'opaPolicy', url },
    question: (subject, context) => ({ input: input(subject, context) }),
    verdict: answer => decisionOf((Object(answer) as { readonly result?: unknown }).result, path),
  });
}
