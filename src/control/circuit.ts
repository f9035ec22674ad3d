import type { Admission, CallOutcome, CircuitRules } from './policy-store.ts';

/**
 * One circuit: closed while little fails, open for a while when much did, then half open: a few calls try. Times are
 * milliseconds of a clock that only grows. Memory: `failures` and `halfOpen` times.
 */
export class Circuit {
  #failures: number[] = [];
  /** Nothing passes until then; trials do after it. Nothing while it is closed. */
  #openUntil: number | undefined;
  /** When the trials under way began. */
  #trials: number[] = [];
  #successes = 0;
  /** Which opening it is: trials of one before mean nothing any more. */
  #opening = 0;

  /** When a fresh circuit would behave alike, as near as makes no difference. */
  idleAt({ within, cooldown }: CircuitRules, now: number): number {
    if (this.#openUntil === undefined) return now + within;
    // A trial may be under way for as long as a cooldown.
    return Math.max(now, this.#openUntil) + cooldown + within;
  }

  admit({ halfOpen, cooldown }: CircuitRules, now: number): Admission {
    if (this.#openUntil === undefined) return { state: 'closed' };
    if (now < this.#openUntil) return { state: 'open', wait: Math.ceil(this.#openUntil - now) };
    // A trial whose outcome nobody tells must not keep it half open for ever.
    this.#trials = this.#trials.filter(began => began + cooldown > now);
    // The rules of another version may have asked for more.
    if (this.#successes >= halfOpen) {
      this.#close();
      return { state: 'closed' };
    }
    if (this.#trials.length + this.#successes >= halfOpen) {
      return { state: 'open', wait: Math.ceil(this.#trials[0]! + cooldown - now) };
    }
    this.#trials.push(now);
    return { state: 'trial', trial: this.#opening };
  }

  report(
    rules: CircuitRules,
    {
      outcome,
      trial,
      now,
    }: { readonly outcome: CallOutcome; readonly trial: number | undefined; readonly now: number },
  ): void {
    if (trial === undefined) return this.#tell(outcome, rules, now);
    if (this.#openUntil === undefined || trial !== this.#opening) return;
    if (outcome === 'failed') return this.#open(rules, now);
    this.#trials.shift();
    if (outcome === 'succeeded' && ++this.#successes >= rules.halfOpen) this.#close();
  }

  #tell(outcome: CallOutcome, rules: CircuitRules, now: number): void {
    // What began before it opened says nothing about now.
    if (outcome !== 'failed' || this.#openUntil !== undefined) return;
    this.#failures = this.#failures.filter(at => at + rules.within > now);
    this.#failures.push(now);
    if (this.#failures.length >= rules.failures) this.#open(rules, now);
  }

  #open({ cooldown }: CircuitRules, now: number): void {
    this.#openUntil = now + cooldown;
    this.#opening++;
    this.#failures = [];
    this.#trials = [];
    this.#successes = 0;
  }

  #close(): void {
    this.#openUntil = undefined;
    this.#trials = [];
    this.#successes = 0;
  }
}
