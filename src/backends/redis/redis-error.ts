import { isSluiceError, SluiceError } from '../../errors/sluice-error.ts';

/**
 * What Redis or the way to it said, without what was sent: ioredis puts the command, its arguments and with them
 * passwords and events on its errors, so the error itself goes no further.
 */
export function storageLost(what: string, error: unknown): SluiceError {
  if (isSluiceError(error)) return error;
  return new SluiceError(
    'STORAGE_LOST',
    `${what}: expected an answer from Redis, got ${reasonOf(error)}. ` +
      'Check that the server runs, can be reached and lets this user in; the call may be repeated.',
  );
}

/** A code, or the first word of a refusal: `ECONNREFUSED`, `NOAUTH`, `OOM`, `READONLY`. */
export function reasonOf(error: unknown): string {
  const { code, message = '', name } = (error ?? {}) as { code?: unknown; message?: string; name?: string };
  if (typeof code === 'string' && /^[A-Z_]+$/.test(code)) return code;
  return /^[A-Z]{3,}(?= )/.exec(message)?.[0] ?? name ?? 'an error';
}

export function closedError(subject: string): SluiceError {
  return new SluiceError(
    'STORAGE_LOST',
    `${subject}: expected to be open, got a call after close(). Create another one.`,
  );
}
