import type { ExecutionContext, Matter } from '../../control/execution-context.ts';
import { badOption, functionOption, shown } from '../../control/policies/policy-option.ts';
import { ASKING_ORDER, type PolicyPlace } from '../../control/policies/policy-place.ts';
import type { Policy } from '../../control/policy.ts';
import type { Verdict } from '../../control/verdict.ts';
import { messageOf } from '../../errors/error-text.ts';
import { readBundle } from './bundle.ts';
import { decisionOf } from './decision.ts';
import { inputOf } from './input.ts';
import { loadOpaWasm } from './load-opa-wasm.ts';

/** Which rules {@link opaWasmPolicy} runs, and about what. */
export interface OpaWasmPolicyOptions extends PolicyPlace {
  /** What `opa build -t wasm` wrote, or the `policy.wasm` of it. */
  readonly bundle: Uint8Array;
  /** Such as `agents/tools/allow`. Default: the first. */
  readonly entrypoint?: string | undefined;
  /** JSON in place of the base documents of the bundle. */
  readonly data?: unknown;
  /** What the rules see as `input`. Default: `{ subject: { type, data, node }, context: { runId, tenantId, attempt } }`. */
  readonly input?: ((subject: Matter, context: ExecutionContext) => unknown) | undefined;
  /** What rules that break mean: `closed` as much as a FAIL, `open` that they are passed over. Default: `closed`. */
  readonly onError?: 'closed' | 'open' | undefined;
}

/**
 * Runs rules of the Open Policy Agent in this process, compiled to WebAssembly; results mean what they mean to
 * `opaPolicy`. Answers at once, so it may judge statements too; rules cannot be stopped while they run. Asked about
 * `tool.called` by default. Needs the package `@open-policy-agent/opa-wasm`. Rejects with `MISSING_PEER`, and with
 * `BAD_OPTION` for what is no bundle and an entry point that it does not have. Memory: that of the module, and the
 * largest input.
 */
export async function opaWasmPolicy(options: OpaWasmPolicyOptions): Promise<Policy> {
  const { name = 'opaWasmPolicy', priority = ASKING_ORDER.service, types = 'tool.called' } = options;
  const { onError = 'closed', input = inputOf } = options;
  functionOption('opaWasmPolicy: input', input);
  const { wasm, data = {} } = readBundle(options.bundle);
  const { loadPolicy } = await loadOpaWasm();
  const rules = await loadPolicy(wasm as BufferSource).catch((error: unknown) => {
    throw badOption('opaWasmPolicy: bundle', `expected rules of OPA: ${messageOf(error)}`);
  });
  rules.setData((options.data ?? data) as object);
  const known = Object.keys(rules.entrypoints as object);
  const entrypoint = options.entrypoint ?? known[0];
  if (entrypoint === undefined || !known.includes(entrypoint)) {
    const got = shown(options.entrypoint);
    throw badOption('opaWasmPolicy: entrypoint', `expected one of ${known.join(', ')}, got ${got}`);
  }
  return {
    ...{ name, priority, types, onError },
    decide(subject, context) {
      const [answer] = evaluated(() => rules.evaluate(input(subject, context), entrypoint));
      return decisionOf(answer?.result, entrypoint) as Verdict;
    },
  };
}

/** The package throws texts. */
function evaluated(evaluate: () => unknown): readonly { readonly result: unknown }[] {
  try {
    return evaluate() as readonly { readonly result: unknown }[];
  } catch (error) {
    throw error instanceof Error ? error : new Error(String(error));
  }
}
