import type { ExecutionContext, Matter } from '../execution-context.ts';
import { causesOf, isVeto, memberOf } from '../veto.ts';
import { badOption, functionOption, shown, textsOption } from './policy-option.ts';

/** A class of errors. */
export type ErrorClass = abstract new (...args: never[]) => unknown;

/** Which failures a policy takes care of: those that satisfy all that is given here. Default: every one. */
export interface FailureChoice {
  /** Classes of what was thrown. */
  readonly on?: readonly ErrorClass[] | undefined;
  /** `code` of what was thrown, of a `SluiceError` or a system error: `['ECONNRESET', 'CALL_TIMEOUT']`. */
  readonly codes?: readonly string[] | undefined;
  /** Synchronous. What it throws is a fault of the policy. */
  readonly when?: ((error: unknown, subject: Matter, context: ExecutionContext) => boolean) | undefined;
}

/**
 * Reads a choice. A failure for want of permission is never chosen: no policy gets round another's veto. Throws
 * `BAD_OPTION`.
 */
export function readChoice(
  policy: string,
  { on, codes, when }: FailureChoice,
): (subject: Matter, context: ExecutionContext) => boolean {
  const classes = on === undefined ? undefined : checkClasses(`${policy}: on`, on);
  const words = codes === undefined ? undefined : new Set(textsOption(`${policy}: codes`, codes));
  functionOption(`${policy}: when`, when);
  return (subject, context) => {
    const { error } = context;
    if (isVeto(error)) return false;
    if (classes && !classes.some(type => error instanceof type)) return false;
    if (words && !words.has(String(memberOf(Object(error) as object, 'code')))) return false;
    return when === undefined || when(error, subject, context) === true;
  };
}

/** Remembers what was thrown, so that calls around know that the call inside gave up on it. Memory: as long as the error. */
export class GivenUp {
  readonly #errors = new WeakSet<object>();

  add(thrown: unknown): void {
    if (typeof thrown === 'object' && thrown !== null) this.#errors.add(thrown);
  }

  has(thrown: unknown): boolean {
    return causesOf(thrown).some(error => this.#errors.has(error));
  }
}

function checkClasses(option: string, classes: unknown): readonly ErrorClass[] {
  if (!Array.isArray(classes) || classes.length === 0) {
    throw badOption(option, `expected at least one class of errors, got ${shown(classes)}`);
  }
  for (const type of classes as readonly unknown[]) {
    if (typeof type !== 'function' || typeof type.prototype !== 'object') {
      throw badOption(option, `expected classes of errors, got ${shown(type)}`);
    }
  }
  return classes as readonly ErrorClass[];
}
