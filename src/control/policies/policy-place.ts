import type { FilterSpec } from '../../event/filter.ts';
import type { PolicyStore } from '../policy-store.ts';

/** What every policy of the package may be told besides its own options. */
export interface PolicyPlace {
  /** Unique in its gate: two of a kind need two names. Default: the name of the function. */
  readonly name?: string | undefined;
  /** Lower is asked first. Default: {@link ASKING_ORDER}. */
  readonly priority?: number | undefined;
  /** Types and topics it is asked about. Each policy says its default. */
  readonly types?: FilterSpec | undefined;
}

/** Where a policy keeps its counts, and what it means that it cannot reach them. */
export interface PolicyStorage {
  /** Where the counts are. Default: this process, for this policy alone. */
  readonly store?: PolicyStore | undefined;
  /** A store that breaks or is too late: `closed` as much as a FAIL, `open` that the call goes ahead. Default: `closed`. */
  readonly onError?: 'closed' | 'open' | undefined;
  /** Milliseconds the store may take: 1 to a year. Default: 5,000. */
  readonly timeout?: number | undefined;
}

/**
 * When policies are asked, whatever the order of their registration: what refuses for good comes first; what takes
 * something (a share, a slot) comes behind all that may still refuse, one's own policies at 100 too; what judges
 * failures comes last, and a fallback is taken when nobody wants another attempt.
 */
export const ASKING_ORDER = {
  list: 10,
  flag: 20,
  content: 30,
  service: 50,
  person: 60,
  budget: 110,
  breaker: 120,
  rate: 130,
  concurrency: 140,
  time: 150,
  retry: 160,
  fallback: 170,
} as const;

/** What can be stopped before it begins, and fails or succeeds later. */
export const CALLS = ['tool.called', 'llm.prompt'] as const;

/** {@link CALLS}, and the steps around them. */
export const ACTIONS = [...CALLS, 'node.started'] as const;

/** How {@link ACTIONS} fail. */
export const FAILURES = ['tool.failed', 'llm.failed', 'node.failed'] as const;
