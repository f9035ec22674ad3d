import { SluiceError } from '../../errors/sluice-error.ts';

/** What every call may be told. */
export interface CallOptions {
  /**
   * Milliseconds one attempt may take, waiting for verdicts not counted; 1 to a year. The signal of the step fires and
   * the attempt fails with `CALL_TIMEOUT`, also where the work does not listen. Default: as long as the run.
   */
  readonly timeout?: number | undefined;
  /** Attempts at the most, whatever policies ask for; 1 to 1,000. Default: 10. */
  readonly attempts?: number | undefined;
}

/** {@link CallOptions}, checked. */
export interface CallLimits {
  readonly timeout: number | undefined;
  readonly attempts: number;
}

const DEFAULTS: CallLimits = { timeout: undefined, attempts: 10 };
const YEAR = 365 * 24 * 3_600_000;
const MOST_ATTEMPTS = 1_000;

/** Throws `BAD_OPTION`. */
export function checkLimits(what: string, options: CallOptions | undefined): CallLimits {
  if (options === undefined) return DEFAULTS;
  const { timeout, attempts = DEFAULTS.attempts } = options;
  if (timeout !== undefined && !(typeof timeout === 'number' && timeout >= 1 && timeout <= YEAR)) {
    throw badOption(`${what}: timeout: expected 1 to ${YEAR} ms, got ${shown(timeout)}.`);
  }
  if (!Number.isInteger(attempts) || attempts < 1 || attempts > MOST_ATTEMPTS) {
    throw badOption(
      `${what}: attempts: expected a whole number from 1 to ${MOST_ATTEMPTS}, got ${shown(attempts)}.`,
    );
  }
  return { timeout, attempts };
}

function badOption(message: string): SluiceError {
  return new SluiceError('BAD_OPTION', message);
}

function shown(value: unknown): string {
  return typeof value === 'number' ? String(value) : typeof value;
}
