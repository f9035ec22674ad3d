import { concatMap, from, map, type MonoTypeOperatorFunction, of, type OperatorFunction } from 'rxjs';
import { type PolicyChain, withoutRaw } from './ask-in-turn.ts';
import { isThenable } from './answer.ts';
import type { Asked, Guard, Heard } from './guard.ts';
import { PROCEED } from './read-verdict.ts';
import type { Decision } from './verdict.ts';

/** A question on its way through the policies. */
interface Passing {
  readonly asked: Asked;
  readonly heard: Heard;
}

/**
 * The policies as what they are by definition: one operator for each, piped in order, and a question that carries its
 * decision past the rest. `askInTurn` is the same chain without the machinery, and has to decide alike.
 *
 * @marbles policies that let pass, and the second one says SKIP to b: source `-a-b-|`, result `-P-S-|`
 * @temperature cold: policies are asked per subscriber
 * @timing synchronous while every asked policy answers at once
 * @ordering kept
 * @completes with the source, after its last decision
 * @errors the reason of a context's signal that fires while a policy is waited for; policies that break are decisions
 * @memory what the source says while a policy is waited for
 */
export function composePolicies(guards: readonly Guard[]): OperatorFunction<Asked, Decision> {
  return source => {
    const questions = source.pipe(map((asked): Passing => ({ asked, heard: undefined })));
    return guards
      .reduce((passing, guard) => passing.pipe(asOperator(guard)), questions)
      .pipe(map(({ heard }) => heard ?? PROCEED));
  };
}

/** {@link composePolicies} for one question. */
export const askComposed: PolicyChain = (guards, asked) => {
  let decision: Decision | undefined;
  const deciding = new Promise<Decision>((resolve, reject) => {
    of(asked)
      .pipe(composePolicies(guards))
      .subscribe({ next: decided => resolve((decision = decided)), error: reject });
  });
  return decision ?? deciding;
};

function asOperator(guard: Guard): MonoTypeOperatorFunction<Passing> {
  return concatMap(passing => {
    if (passing.heard) return of(passing);
    const heard = askOne(guard, passing.asked);
    if (!isThenable(heard)) return of({ ...passing, heard });
    return from(heard).pipe(map(late => ({ ...passing, heard: late })));
  });
}

function askOne(guard: Guard, asked: Asked): Heard | Promise<Heard> {
  const { subject, context } = asked;
  const shown = guard.wantsRaw ? context : withoutRaw(context);
  let answer: unknown;
  try {
    answer = guard.decide.call(guard.owner, subject, shown);
  } catch (error) {
    return guard.fault(error, subject);
  }
  return guard.hear(answer, asked);
}
