import { RETRYABLE_CODES, type ErrorCode } from './codes.ts';

/** What a {@link SluiceError} may carry besides its code and message. */
export interface SluiceErrorDetails {
  readonly runId?: string | undefined;
  readonly cause?: unknown;
  /** Facts that help the caller to go on; plain JSON, never a payload, never a secret. */
  readonly details?: Readonly<Record<string, unknown>> | undefined;
}

/**
 * The one error class of Sluice. `code` says what happened, `message` what was expected and the next step.
 * Tell it apart with {@link isSluiceError}, not with `instanceof`: a program may hold two copies of the
 * package (ESM and CommonJS), and each has a class of its own.
 */
export class SluiceError extends Error {
  override readonly name = 'SluiceError';
  readonly code: ErrorCode;
  readonly runId: string | undefined;
  readonly details: Readonly<Record<string, unknown>> | undefined;

  constructor(code: ErrorCode, message: string, { runId, cause, details }: SluiceErrorDetails = {}) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
    this.runId = runId;
    this.details = details;
  }

  /** Whether the same call may succeed later without being changed. */
  get retryable(): boolean {
    return RETRYABLE_CODES.has(this.code);
  }
}

/** Whether `error` is a {@link SluiceError}, of any copy of the package, and of this code if one is given. */
export function isSluiceError(error: unknown, code?: ErrorCode): error is SluiceError {
  if (typeof error !== 'object' || error === null) return false;
  const { name, code: actual } = error as { name?: unknown; code?: unknown };
  return name === 'SluiceError' && typeof actual === 'string' && (code === undefined || actual === code);
}
