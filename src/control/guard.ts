import { messageOf } from '../errors/error-text.ts';
import type { Clock } from '../time/clock.ts';
import type { Sweep } from '../time/sweep.ts';
import { awaitAnswer, type Awaited, isSubscribable, isThenable } from './answer.ts';
import type { ExecutionContext, Matter } from './execution-context.ts';
import { onAbort } from './on-abort.ts';
import { readVerdict, type StatementTerms } from './read-verdict.ts';
import type { Decision, Signal } from './verdict.ts';

/** Told what a policy threw, or that it took too long, or what was wrong with its answer. */
export type PolicyErrorListener = (
  error: unknown,
  where: { readonly policy: string; readonly subject: Matter },
) => void;

/** What the policies of a gate share. */
export interface GuardServices {
  readonly clock: Clock;
  readonly sweep: Sweep;
  readonly onError: PolicyErrorListener;
}

/** A policy, checked and with its defaults. */
export interface GuardRules {
  readonly name: string;
  readonly priority: number;
  /** Milliseconds. */
  readonly timeout: number;
  readonly isOpen: boolean;
  readonly wantsRaw: boolean;
  readonly selects: (type: string) => boolean;
  readonly hears: (type: string) => boolean;
  /** What `decide` and `observe` are called on. */
  readonly owner: object;
  readonly decide: (this: unknown, subject: Matter, context: ExecutionContext) => unknown;
  readonly observe: ((this: unknown, subject: Matter, context: ExecutionContext) => unknown) | undefined;
}

/** What policies are asked. */
export interface Asked {
  readonly subject: Matter;
  readonly context: ExecutionContext;
  /** Given where the subject is a statement, which cannot wait. */
  readonly statement: StatementTerms | undefined;
}

/** What stops a check; nothing where the next policy is asked. */
export type Heard = Decision | undefined;

const LONGEST_REASON = 2_000;

/** A policy at work: its answers are read and counted, its faults become decisions, and its waiting ends. */
export class Guard {
  readonly rules: GuardRules;
  // Read for every question; a second hop through `rules` would show.
  readonly owner: object;
  readonly decide: GuardRules['decide'];
  readonly wantsRaw: boolean;
  /** Changed by the loop that asks. */
  proceeded = 0;
  readonly #services: GuardServices;
  readonly #signals = { SKIP: 0, RETRY: 0, FALLBACK: 0, FAIL: 0, ERROR: 0 };
  #errors = 0;
  #timeouts = 0;

  constructor(rules: GuardRules, services: GuardServices) {
    this.rules = rules;
    this.owner = rules.owner;
    this.decide = rules.decide;
    this.wantsRaw = rules.wantsRaw;
    this.#services = services;
  }

  get counts(): Readonly<Record<Signal, number>> {
    return { PROCEED: this.proceeded, ...this.#signals };
  }

  get errors(): number {
    return this.#errors;
  }

  get timeouts(): number {
    return this.#timeouts;
  }

  /** Makes of an answer what stops the check, or nothing. Rejects only with the reason of the context's signal. */
  hear(answer: unknown, { subject, context, statement }: Asked): Heard | Promise<Heard> {
    try {
      if (!isThenable(answer) && !isSubscribable(answer)) return this.#read(answer, statement);
      const awaited = awaitAnswer(answer);
      if (awaited.state === 'answered') return this.#read(awaited.value, statement);
      if (awaited.state === 'failed') return this.fault(awaited.value, subject);
      if (!statement) return this.#wait(awaited, subject, context);
      awaited.leave();
      throw new TypeError(
        'answered later, and a statement does not wait. Name the types it judges in `types`, for example "tool.*"',
      );
    } catch (error) {
      return this.fault(error, subject);
    }
  }

  /** What it means that the policy broke. */
  fault(error: unknown, subject: Matter): Heard {
    this.#report(error, subject);
    if (this.rules.isOpen) return undefined;
    this.#signals.ERROR++;
    return { signal: 'ERROR', reason: messageOf(error).slice(0, LONGEST_REASON), policy: this.rules.name };
  }

  /** Lets the policy hear; what it throws changes nothing. */
  tell(subject: Matter, context: ExecutionContext): void {
    try {
      const later = this.rules.observe?.call(this.owner, subject, context);
      if (isThenable(later)) later.then(undefined, (error: unknown) => this.#report(error, subject));
    } catch (error) {
      this.#report(error, subject);
    }
  }

  #read(answer: unknown, statement: StatementTerms | undefined): Heard {
    const decision = readVerdict(answer, this.rules.name, statement);
    if (decision.signal === 'PROCEED') {
      this.proceeded++;
      return undefined;
    }
    this.#signals[decision.signal]++;
    return decision;
  }

  #wait(awaited: Awaited, subject: Matter, { signal }: ExecutionContext): Promise<Heard> {
    const { clock, sweep } = this.#services;
    const { timeout } = this.rules;
    return new Promise((resolve, reject) => {
      const abort = (): void => {
        leave();
        reject(signal.reason as Error);
      };
      const cancelDeadline =
        timeout === Infinity
          ? undefined
          : sweep.at(
              clock.now() + timeout,
              () => this.#tooLate(subject, heard => (leave(), resolve(heard))),
              {
                keepAlive: true,
              },
            );
      const stopListening = signal.aborted ? undefined : onAbort(signal, abort);
      const leave = (): void => {
        awaited.leave();
        cancelDeadline?.();
        stopListening?.();
      };
      awaited.notify = () => {
        leave();
        resolve(this.#heardLater(awaited, subject));
      };
      if (signal.aborted) abort();
    });
  }

  #heardLater({ state, value }: Awaited, subject: Matter): Heard {
    if (state === 'failed') return this.fault(value, subject);
    try {
      return this.#read(value, undefined);
    } catch (error) {
      return this.fault(error, subject);
    }
  }

  #tooLate(subject: Matter, tell: (heard: Heard) => void): void {
    this.#timeouts++;
    tell(this.fault(new Error(`gave no verdict within ${this.rules.timeout} ms`), subject));
  }

  #report(error: unknown, subject: Matter): void {
    this.#errors++;
    try {
      const later: unknown = this.#services.onError(error, { policy: this.rules.name, subject });
      if (isThenable(later)) later.then(undefined, () => undefined);
    } catch {
      // The last resort must not become the next failure.
    }
  }
}
