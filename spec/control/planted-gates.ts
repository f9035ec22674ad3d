import { firstValueFrom, isObservable } from 'rxjs';
import type { ExecutionContext, Matter } from '../../src/control/execution-context.ts';
import { Gate, type GateOptions } from '../../src/control/gate.ts';
import type { Policy } from '../../src/control/policy.ts';
import type { Decision } from '../../src/control/verdict.ts';
import type { GateUnderLaw } from '../../src/testing/gate-laws.ts';

/** What a gate does wrong, and the law that must notice. */
export type PlantedGate = readonly [
  fault: string,
  make: (policies: readonly Policy[], options: GateOptions) => GateUnderLaw,
  law: RegExp,
];

type Change = (gate: Gate, options: GateOptions) => Partial<GateUnderLaw>;

/** A good gate with one method that is not. */
function broken(
  change: Change,
  policyOf: (policy: Policy, at: number) => Policy = policy => policy,
): PlantedGate[1] {
  return (policies, options) => {
    const gate = new Gate(policies.map(policyOf), options);
    let added = policies.length;
    return {
      ask: (subject, context) => gate.ask(subject, context),
      add: policy => gate.add(policyOf(policy, added++)),
      remove: name => gate.remove(name),
      ...change(gate, options),
    };
  };
}

const withPolicies = (policyOf: (policy: Policy, at: number) => Policy): PlantedGate[1] =>
  broken(() => ({}), policyOf);

/** Asks everybody and takes the first decision afterwards, as a gate that composes eagerly would. */
function askingAll(policies: readonly Policy[], options: GateOptions): GateUnderLaw {
  const gates = policies.map(policy => ({ policy, gate: new Gate([policy], options) }));
  const sorted = (): typeof gates =>
    [...gates].sort((a, b) => (a.policy.priority ?? 100) - (b.policy.priority ?? 100));
  return {
    async ask(subject, context): Promise<Decision> {
      let winner: Decision = { signal: 'PROCEED' };
      for (const { gate } of sorted()) {
        const decision = await gate.ask(subject, context);
        if (winner.signal === 'PROCEED') winner = decision;
      }
      return winner;
    },
    add: policy => void gates.push({ policy, gate: new Gate([policy], options) }),
    remove: name => gates.splice(gates.findIndex(({ policy }) => policy.name === name) >>> 0, 1).length > 0,
  };
}

/** Races with a timer of its own which it forgets. */
const leakingTimer = broken((gate, { clock }) => ({
  ask(subject: Matter, context: ExecutionContext) {
    clock?.alarm(5_000, () => undefined, true);
    return gate.ask(subject, context);
  },
}));

const deafToSignals = broken(gate => ({
  ask: (subject, context) => gate.ask(subject, { ...context, signal: new AbortController().signal }),
}));

const alwaysLater = broken(gate => ({ ask: async (subject, context) => gate.ask(subject, context) }));

/** Waits for observables as for promises, and so never leaves them. */
const neverLeaving = withPolicies(policy => {
  if (!('decide' in policy)) return policy;
  return {
    ...policy,
    decide: (subject, context) => {
      const answer = policy.decide(subject, context);
      return isObservable(answer) ? firstValueFrom(answer) : answer;
    },
  };
});

/** Registers anew for each question, so that a check sees what came meanwhile. */
const unsteady = broken(gate => {
  let round = 0;
  return {
    ask(subject, context) {
      round++;
      const decision = gate.ask(subject, context);
      return round === 1 && 'then' in decision ? decision.then(() => gate.ask(subject, context)) : decision;
    },
  };
});

export const PLANTED_GATES: readonly PlantedGate[] = [
  ['asks in the order of registration', withPolicies(policy => ({ ...policy, priority: 0 })), /by priority/],
  [
    'asks equals in the wrong order',
    withPolicies((p, at) => ({ ...p, priority: (p.priority ?? 100) - at / 1e3 })),
    /by priority/,
  ],
  ['asks behind the winner', askingAll, /by priority/],
  ['fails open', withPolicies(policy => ({ ...policy, onError: 'open' })), /for a stop/],
  [
    'fails closed whatever was said',
    withPolicies(policy => ({ ...policy, onError: 'closed' })),
    /if it is open/,
  ],
  ['never gives up waiting', withPolicies(policy => ({ ...policy, timeout: Infinity })), /for a stop/],
  ['gives up waiting though it may not', withPolicies(policy => ({ ...policy, timeout: 50 })), /Infinity/],
  ['leaks a timer', leakingTimer, /no timer/],
  ['leaves no observable', neverLeaving, /no timer/],
  ['does not hear the signal', deafToSignals, /waits for nobody/],
  ['always answers later', alwaysLater, /at once/],
  ['asks about every type', withPolicies(policy => ({ ...policy, types: undefined })), /concerns/],
  ['begins again when policies change', unsteady, /goes on/],
  [
    'replaces a policy of the same name',
    broken(gate => ({ add: policy => (gate.remove(policy.name), gate.add(policy)) })),
    /refuses a name/,
  ],
];
