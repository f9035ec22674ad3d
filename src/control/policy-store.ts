/** How fast something may happen: `limit` times in `per` milliseconds on average, `burst` times at once. */
export interface Bucket {
  readonly limit: number;
  readonly per: number;
  readonly burst: number;
}

/** When a circuit opens and closes; times in milliseconds. */
export interface CircuitRules {
  /** So many failures `within` such a time open it. */
  readonly failures: number;
  readonly within: number;
  /** How long nothing passes then. Also how long the outcome of a trial is waited for. */
  readonly cooldown: number;
  /** Trials at once after that, and how many must succeed in a row to close it. */
  readonly halfOpen: number;
}

/** What a circuit says to a call. */
export type Admission =
  | { readonly state: 'closed' }
  /** It may go ahead, and its outcome decides. `trial` is handed back with it. */
  | { readonly state: 'trial'; readonly trial: number }
  /** It may not; worth asking again after `wait` milliseconds. */
  | { readonly state: 'open'; readonly wait: number };

/** How a call ended: `dropped` says nothing about what was called. */
export type CallOutcome = 'succeeded' | 'failed' | 'dropped';

/** Amounts by name. */
export type Amounts = Readonly<Record<string, number>>;

/** What an account holds now; `over` names the amount whose limit is reached: then nothing was added. */
export interface Spent {
  readonly totals: Amounts;
  readonly over?: string | undefined;
}

/**
 * What policies remember, for one process or for all that share it. Every operation is atomic: a store over a network
 * does each in one step there. Time is the store's own. Operations answer at once or with a promise; behind promises
 * policies cannot judge statements. Errors of a store are faults of the policy that asked. A key that nobody uses any
 * more may be forgotten when a fresh one would behave alike, and, where there are too many keys, before.
 */
export interface PolicyStore {
  /**
   * Takes one token. Answers 0 where there was one; else the milliseconds until there is: up to `patience` it is then
   * reserved for the caller, beyond that nothing was taken.
   */
  take(key: string, bucket: Bucket, patience: number): number | Promise<number>;
  /** Asks a circuit whether a call may go ahead. */
  admit(key: string, rules: CircuitRules): Admission | Promise<Admission>;
  /** Tells a circuit how an admitted call ended. */
  report(
    key: string,
    rules: CircuitRules,
    ended: { readonly outcome: CallOutcome; readonly trial?: number | undefined },
  ): void | Promise<void>;
  /**
   * Adds to an account, which is emptied `within` milliseconds after its first amount. With `limits` nothing is added
   * where a limit is reached, or would be passed.
   */
  spend(
    key: string,
    amounts: Amounts,
    terms: { readonly within: number; readonly limits?: Amounts },
  ): Spent | Promise<Spent>;
  /** Empties an account that nobody will use any more. */
  forget(key: string): void | Promise<void>;
}
