import { type Observable, Subject as Hot } from 'rxjs';
import { SluiceError } from '../errors/sluice-error.ts';
import { nameOption } from '../operators/check-option.ts';
import { systemClock, type Clock } from '../time/clock.ts';
import { Sweep } from '../time/sweep.ts';
import { askInTurn, type PolicyChain } from './ask-in-turn.ts';
import { askComposed } from './compose-policies.ts';
import { checkForRuns, checkPolicy } from './check-policy.ts';
import type { ExecutionContext, Matter } from './execution-context.ts';
import { Guard, type GuardServices, type PolicyErrorListener } from './guard.ts';
import type { Policy } from './policy.ts';
import { PROCEED, type StatementTerms } from './read-verdict.ts';
import type { Decision, Signal } from './verdict.ts';

/** How a gate works; all optional. */
export interface GateOptions {
  /** Where time comes from; for tests. Default: the machine's. */
  readonly clock?: Clock | undefined;
  /** Told what policies throw, also in `observe`, late answers and nonsense. Default: they are only counted. */
  readonly onPolicyError?: PolicyErrorListener | undefined;
  /**
   * `fused`: one loop over the policies. `composed`: one RxJS operator for each, which is slower and decides alike; with
   * it every policy has a frame of its own where RxJS is traced. Default: `fused`.
   */
  readonly form?: 'fused' | 'composed' | undefined;
}

/** A policy as a gate lists it. Counters run from its registration. */
export interface PolicyStatus {
  readonly name: string;
  readonly priority: number;
  /** How often it answered what; ERROR: it broke and is closed. */
  readonly decided: Readonly<Record<Signal, number>>;
  /** How often it threw, took too long or answered nonsense, closed or open, and threw in `observe`. */
  readonly errors: number;
  /** How many of these were timeouts. */
  readonly timeouts: number;
}

/** A decision of a gate that was not PROCEED, and over what. */
export interface GateDecision {
  readonly policy: string;
  readonly signal: Exclude<Signal, 'PROCEED'>;
  /** The type of what was judged. */
  readonly on: string;
  readonly node?: string | undefined;
  /** In the words of the policy, which nobody masked. */
  readonly reason?: string | undefined;
  readonly runId: string;
  readonly tenantId: string;
  /** Milliseconds since the epoch. */
  readonly time: number;
}

/** Who is asked about a type, and who hears of it. Never changed once made. */
interface Lane {
  readonly asked: readonly Guard[];
  readonly hearing: readonly Guard[];
}

const CHAINS: Readonly<Record<'fused' | 'composed', PolicyChain>> = {
  fused: askInTurn,
  composed: askComposed,
};

// Types come from producers, so their number is not ours to trust.
const MOST_LANES = 1_024;

/**
 * May this go ahead? Policies in the order of (priority, registration); the first verdict that is not PROCEED wins,
 * and later policies are not asked. One gate may serve many engines, and be asked by itself. Made by `createGate`.
 */
export class Gate {
  /** Decisions that were not PROCEED, as they are made. Hot, synchronous, never completes; keeps nothing. */
  readonly decisions$: Observable<GateDecision>;
  readonly #clock: Clock;
  readonly #services: GuardServices;
  readonly #chain: PolicyChain;
  readonly #decisions = new Hot<GateDecision>();
  /** In the order in which they are asked. Replaced, never changed, so that a check keeps what it began with. */
  #guards: readonly Guard[] = [];
  #lanes = new Map<string, Lane>();
  #servesRuns = false;
  /** What policies answered that were removed. */
  readonly #removed: Record<Signal, number> = {
    PROCEED: 0,
    SKIP: 0,
    RETRY: 0,
    FALLBACK: 0,
    FAIL: 0,
    ERROR: 0,
  };

  constructor(policies: readonly Policy[] = [], options: GateOptions = {}) {
    const { clock = systemClock, onPolicyError: onError = () => undefined, form = 'fused' } = options;
    this.#chain = CHAINS[nameOption('gate: form', form, ['fused', 'composed'])];
    this.#clock = clock;
    this.#services = { clock, sweep: new Sweep(clock), onError };
    this.decisions$ = this.#decisions.asObservable();
    this.#register(policies);
  }

  /** What is registered, in the order of asking. A snapshot. */
  get policies(): readonly PolicyStatus[] {
    return this.#guards.map(({ rules, counts, errors, timeouts }) => ({
      ...{ name: rules.name, priority: rules.priority },
      ...{ decided: counts, errors, timeouts },
    }));
  }

  /** How often its policies answered what, those included that were removed. Never becomes less. */
  get answers(): Readonly<Record<Signal, number>> {
    const answers = { ...this.#removed };
    for (const { counts } of this.#guards) addAnswers(answers, counts);
    return answers;
  }

  /** Checks that wait for an answer with a time limit. */
  get waiting(): number {
    return this.#services.sweep.size;
  }

  /**
   * Asks whether something may go ahead. Resolves with the decision: a policy that broke is one, too (ERROR, or passed
   * over if it is `open`). Rejects with the reason of `context.signal` once that fires, and then waits for nobody.
   */
  async check(subject: Matter, context: ExecutionContext): Promise<Decision> {
    return this.ask(subject, context);
  }

  /**
   * {@link check} that answers at once if every asked policy did. Throws the reason of `context.signal` if that has
   * fired.
   */
  ask(subject: Matter, context: ExecutionContext): Decision | Promise<Decision> {
    const { asked } = this.#laneOf(subject.type);
    if (asked.length === 0) return PROCEED;
    if (context.signal.aborted) throw context.signal.reason;
    return this.#decide(asked, subject, context);
  }

  /** {@link ask} for what cannot wait: an answer that comes later breaks its policy, and so does RETRY. */
  askNow(subject: Matter, context: ExecutionContext, terms: StatementTerms): Decision {
    return this.#decide(this.#laneOf(subject.type).asked, subject, context, terms) as Decision;
  }

  /** Whether a type concerns any policy, asked or listening. One lookup. */
  concerns(type: string): boolean {
    if (this.#guards.length === 0) return false;
    const { asked, hearing } = this.#laneOf(type);
    return asked.length > 0 || hearing.length > 0;
  }

  /** Whether anybody is asked about a type. One lookup. */
  guards(type: string): boolean {
    return this.#guards.length > 0 && this.#laneOf(type).asked.length > 0;
  }

  /** Whether any policy that is asked about a type wants it as it was before redaction. */
  wantsRaw(type: string): boolean {
    return this.#laneOf(type).asked.some(guard => guard.wantsRaw);
  }

  /** Whether any policy hears of a type. One lookup. */
  hears(type: string): boolean {
    return this.#guards.length > 0 && this.#laneOf(type).hearing.length > 0;
  }

  /** Lets the policies that listen hear what a run says or what happened in it. Never throws. */
  tell(subject: Matter, context: ExecutionContext): void {
    const { hearing } = this.#laneOf(subject.type);
    for (let at = 0; at < hearing.length; at++) hearing[at]!.tell(subject, context);
  }

  /**
   * Registers a policy, for all checks that begin after it. Throws `BAD_OPTION`, `BAD_FILTER`, `POLICY_EXISTS`, and then
   * nothing was changed.
   */
  add(policy: Policy): void {
    this.#register([policy]);
  }

  /**
   * From now on it judges runs, whose statements do not wait: an async `decide` that would be asked about them is refused
   * with `BAD_OPTION`, here and by {@link add}. Called by engines.
   */
  serveRuns(): void {
    for (const { rules } of this.#guards) checkForRuns(rules);
    this.#servesRuns = true;
  }

  /** Takes a policy out; whether there was one. Checks under way still ask it. */
  remove(name: string): boolean {
    const rest = this.#guards.filter(({ rules }) => rules.name !== name);
    if (rest.length === this.#guards.length) return false;
    for (const guard of this.#guards) if (!rest.includes(guard)) addAnswers(this.#removed, guard.counts);
    this.#use(rest);
    return true;
  }

  #register(policies: readonly Policy[]): void {
    if (!Array.isArray(policies)) {
      throw new SluiceError('BAD_OPTION', `gate: expected a list of policies, got ${typeof policies}.`);
    }
    const guards = [...this.#guards];
    for (const policy of policies as readonly Policy[]) {
      const rules = checkPolicy(policy);
      if (this.#servesRuns) checkForRuns(rules);
      if (guards.some(guard => guard.rules.name === rules.name)) {
        const name = JSON.stringify(rules.name);
        throw new SluiceError(
          'POLICY_EXISTS',
          `gate: there is a policy ${name} already; names are unique. Remove it first, or name this one otherwise.`,
        );
      }
      guards.push(new Guard(rules, this.#services));
    }
    // A stable sort: among equals stays first who was registered first.
    this.#use(guards.sort((a, b) => a.rules.priority - b.rules.priority));
  }

  #use(guards: readonly Guard[]): void {
    this.#guards = guards;
    this.#lanes = new Map();
  }

  #laneOf(type: string): Lane {
    return this.#lanes.get(type) ?? this.#newLane(type);
  }

  #newLane(type: string): Lane {
    const lane = {
      asked: this.#guards.filter(({ rules }) => rules.selects(type)),
      hearing: this.#guards.filter(({ rules }) => rules.hears(type)),
    };
    if (this.#lanes.size >= MOST_LANES) this.#lanes.clear();
    this.#lanes.set(type, lane);
    return lane;
  }

  #decide(
    asked: readonly Guard[],
    subject: Matter,
    context: ExecutionContext,
    statement?: StatementTerms,
  ): Decision | Promise<Decision> {
    const decision = this.#chain(asked, { subject, context, statement });
    if (decision === PROCEED) return decision;
    if ('signal' in decision) return this.#announce(decision, subject, context);
    return decision.then(late => this.#announce(late, subject, context));
  }

  #announce(decision: Decision, { type, node }: Matter, context: ExecutionContext): Decision {
    if (decision.signal === 'PROCEED' || !this.#decisions.observed) return decision;
    const { runId, tenantId } = context;
    const { policy, signal, reason } = decision;
    const time = this.#clock.now();
    this.#decisions.next({
      ...{ policy, signal, on: type, runId, tenantId, time },
      ...(node !== undefined && { node }),
      ...(reason !== undefined && { reason }),
    });
    return decision;
  }
}

function addAnswers(sum: Record<Signal, number>, counts: Readonly<Record<Signal, number>>): void {
  for (const signal of Object.keys(sum) as Signal[]) sum[signal] += counts[signal];
}
