/** What a target resolves with that did all it was asked to, and failed at some of it. */
export class PartlyFailed {
  readonly failed: number;
  /** The first of them. */
  readonly error: unknown;

  constructor(failed: number, error: unknown) {
    this.failed = failed;
    this.error = error;
  }
}
