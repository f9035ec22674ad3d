import { isThenable } from '../answer.ts';

/** Goes on with a value, at once where it is there: what waits for nothing can judge statements. */
export function whenKnown<Value, Result>(
  value: Value | Promise<Value>,
  use: (value: Value) => Result | Promise<Result>,
): Result | Promise<Result> {
  return isThenable(value) ? Promise.resolve(value).then(use) : use(value);
}

/** What is still under way, if anything is. */
export function allOf(parts: readonly (void | Promise<void>)[]): void | Promise<void> {
  const later = parts.filter((part): part is Promise<void> => isThenable(part));
  if (later.length > 0) return Promise.all(later).then(() => undefined);
}
