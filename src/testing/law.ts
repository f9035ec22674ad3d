/**
 * Something that must be true of every subject of a kind: every operator, every backend, every policy. A law is a
 * value and knows no test runner; `check` throws, or rejects, with what was expected and what was found.
 */
export interface Law<Subject> {
  readonly name: string;
  check(subject: Subject): void | Promise<void>;
}

/** Fails a law. */
export function breach(what: string): never {
  throw new Error(what);
}
