import type { Observable, OperatorFunction } from 'rxjs';
import type { FilterSpec } from '../event/filter.ts';
import type { ExecutionContext, Matter } from './execution-context.ts';
import type { Verdict } from './verdict.ts';

/** What a policy that is an operator gets. */
export interface Question {
  readonly subject: Matter;
  readonly context: ExecutionContext;
}

/** What every policy has. */
export interface PolicyRules {
  /** Unique in its gate. */
  readonly name: string;
  /** Lower is asked first; among equals, who was registered first. Default: 100. */
  readonly priority?: number | undefined;
  /** Types and topics it is asked about. Default: everything that can be asked about. */
  readonly types?: FilterSpec | undefined;
  /** Milliseconds it may take. Default: 5,000; `Infinity` for one that asks a person. */
  readonly timeout?: number | undefined;
  /**
   * What a policy that throws, takes too long or answers nonsense means: `closed` as much as a FAIL, `open` that it is
   * counted and passed over. Default: `closed`.
   */
  readonly onError?: 'closed' | 'open' | undefined;
  /** Wants `context.raw`. Default: false. */
  readonly raw?: boolean | undefined;
  /** Types it hears about with `observe`. Default: none unless there is an `observe`, then everything. */
  readonly observes?: FilterSpec | undefined;
  /**
   * Hears what the run says and what happens in it, in order, before it is stored and whatever the run records; the
   * final event too, so that what is kept for a run can go. Synchronous; what it throws is counted and changes nothing.
   */
  readonly observe?: ((subject: Matter, context: ExecutionContext) => void) | undefined;
}

/** May this go ahead? */
export type Policy = PolicyRules &
  (
    | {
        /** Answers at once, later, or with the first value of an observable. */
        readonly decide: (
          subject: Matter,
          context: ExecutionContext,
        ) => Verdict | Promise<Verdict> | Observable<Verdict>;
      }
    | {
        /** An operator of RxJS: one question in, its verdict out. Subscribed once for each question. */
        readonly operator: OperatorFunction<Question, Verdict>;
      }
  );
