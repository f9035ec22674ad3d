import { systemClock, type Clock } from '../../time/clock.ts';
import { nameOption } from '../../operators/check-option.ts';
import type { JsonObject } from '../../event/json.ts';
import { isThenable } from '../answer.ts';
import type { ExecutionContext, Matter } from '../execution-context.ts';
import { memoryPolicyStore } from '../memory-policy-store.ts';
import type { Policy } from '../policy.ts';
import type { Amounts, Spent } from '../policy-store.ts';
import type { Verdict } from '../verdict.ts';
import { CallLedger, LEDGER_TYPES } from './call-ledger.ts';
import { badOption, MILLISECONDS, numberOption } from './policy-option.ts';
import { ACTIONS, ASKING_ORDER, type PolicyPlace, type PolicyStorage } from './policy-place.ts';
import { checkStore } from './check-store.ts';
import { checkRefusal, type Refusal, refusing } from './refusal.ts';
import { isEnd, runOf } from './subject-names.ts';
import { allOf, whenKnown } from './when-known.ts';

/** What may be spent; at least one limit. */
export interface BudgetOptions extends PolicyPlace, PolicyStorage {
  /** Tokens in and out, of `usage` in `llm.response`. */
  readonly tokens?: number | undefined;
  /** Of the same `usage`, in its unit. */
  readonly cost?: number | undefined;
  /** Attempts of tools; refuses further ones only. */
  readonly toolCalls?: number | undefined;
  /** Milliseconds that runs are under way, waiting for people too. */
  readonly time?: number | undefined;
  /** Whose it is: each run's own, or what all runs of a tenant or thread spend together. Default: `run`. */
  readonly per?: 'run' | 'tenant' | 'thread' | undefined;
  /** Milliseconds after its first spending at which a tenant's or thread's begins anew: 1 to a year. Default: a day. */
  readonly within?: number | undefined;
  /** What becomes of what begins when it is spent. Default: `fail`. */
  readonly then?: Refusal | undefined;
  readonly clock?: Clock | undefined;
}

const NAMES = ['tokens', 'cost', 'toolCalls', 'time'] as const;
const DAY = 24 * 3_600_000;
/** What a run has spent goes with it; this is for those whose process was killed. */
const LONGEST_RUN = 31 * DAY;

/**
 * Lets nothing begin once a budget is spent. Asked about `tool.called`, `llm.prompt` and `node.started`; with `types`
 * also about statements. Answers at once if its store does. Hears of what was used from the events of its runs.
 *
 * `toolCalls` is exact: a call is counted with the question, and given back if a later policy refuses it. `tokens` and
 * `cost` are known when a model has answered: what was under way by then goes over, by as much as it uses. `time` stops
 * what begins, not what is under way: a run's `maxDuration` does that. Throws `BAD_OPTION`. Memory: its store's, and the
 * live runs; the account of a run goes with it.
 */
export function budget(options: BudgetOptions): Policy {
  const { name = 'budget', priority = ASKING_ORDER.budget, types = ACTIONS, then = 'fail' } = options;
  const { clock = systemClock, store = memoryPolicyStore({ clock }), onError, timeout } = options;
  const per = nameOption('budget: per', options.per ?? 'run', ['run', 'tenant', 'thread']);
  const within = numberOption('budget: within', options.within ?? DAY, MILLISECONDS);
  checkStore('budget: store', store, ['spend', 'forget']);
  checkRefusal('budget: then', then);
  const limits = limitsOf(options);
  const { toolCalls: _, ...withoutTools } = limits;
  const terms = { within: per === 'run' ? LONGEST_RUN : within };

  const accountOf = ({ runId, tenantId, threadId }: ExecutionContext): string => {
    const owner = { run: runId, tenant: '', thread: threadId ?? runId }[per];
    return `${name}:${tenantId}:${owner}`;
  };
  const add = (account: string, amounts: Amounts): void | Promise<void> => {
    const spent = store.spend(account, amounts, terms);
    if (isThenable(spent)) return Promise.resolve(spent).then(() => undefined);
  };
  const ledger = new CallLedger<string>(name, (account, end) =>
    end === 'refused' ? add(account, { toolCalls: -1 }) : undefined,
  );
  /** Up to when the time of live runs is in their accounts. */
  const chargedTo = new Map<string, number>();
  const elapsed = (run: string, now: number): Amounts => {
    const since = chargedTo.get(run);
    if (since === undefined) return {};
    chargedTo.set(run, now);
    return { time: Math.max(0, now - since) };
  };

  return {
    ...{ name, priority, types, onError, timeout },
    observes: ['started', ...LEDGER_TYPES],
    decide(subject, context) {
      if (ledger.isHeld(subject, context)) return { signal: 'PROCEED' };
      const account = accountOf(context);
      const isTool = subject.type === 'tool.called' && 'toolCalls' in limits;
      const asked = (): Verdict | Promise<Verdict> =>
        whenKnown(
          store.spend(account, isTool ? { toolCalls: 1 } : {}, {
            ...terms,
            limits: isTool ? limits : withoutTools,
          }),
          spent => verdictOf(spent, () => isTool && ledger.hold(subject, context, account)),
        );
      const time = 'time' in limits ? elapsed(runOf(context), clock.now()) : {};
      return 'time' in time ? whenKnown(store.spend(account, time, terms), asked) : asked();
    },
    observe(subject, context) {
      const run = runOf(context);
      const account = accountOf(context);
      const later = [ledger.hear(subject, context)];
      if (isEnd(subject)) {
        if (chargedTo.has(run)) later.push(add(account, elapsed(run, clock.now())));
        chargedTo.delete(run);
        if (per === 'run') later.push(store.forget(account));
      } else if ('time' in limits && !chargedTo.has(run)) {
        chargedTo.set(run, clock.now());
      }
      const used = subject.type === 'llm.response' ? usageOf(subject) : undefined;
      if (used) later.push(add(account, used));
      return allOf(later) as undefined;
    },
  };

  function verdictOf({ totals, over }: Spent, proceed: () => unknown): Verdict {
    if (over === undefined) {
      proceed();
      return { signal: 'PROCEED' };
    }
    const whose = per === 'run' ? 'the run' : `the ${per}`;
    return refusing(
      then,
      `the budget of ${whose} is spent: ${totals[over] ?? 0} of ${limits[over]!} ${over}`,
    );
  }
}

function limitsOf(options: BudgetOptions): Amounts {
  const limits: Record<string, number> = {};
  for (const limit of NAMES) {
    const most = options[limit];
    if (most === undefined) continue;
    limits[limit] = numberOption(`budget: ${limit}`, most, {
      ...{ min: 0, max: Number.MAX_SAFE_INTEGER, unit: limit === 'time' ? 'ms' : limit },
    });
  }
  if (Object.keys(limits).length > 0) return limits;
  throw badOption('budget', `expected at least one of ${NAMES.join(', ')}, got none`);
}

function usageOf({ data }: Matter): Amounts | undefined {
  const usage = data['usage'] as JsonObject | undefined;
  if (typeof usage !== 'object') return undefined;
  const { inputTokens, outputTokens, cost } = usage;
  const amount = (used: unknown): number => (typeof used === 'number' && used > 0 ? used : 0);
  return { tokens: amount(inputTokens) + amount(outputTokens), cost: amount(cost) };
}
