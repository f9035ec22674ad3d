import { SluiceError, isSluiceError } from '../../errors/sluice-error.ts';
import { messageOf } from '../../errors/error-text.ts';
import type { JsonObject } from '../../event/json.ts';
import type { TextMask } from '../../secrets/mask-value.ts';

const LONGEST_ERROR = 16_384;

/** What a `*.failed` event says of what was thrown: its text, masked before it is cut, and its code if it is ours. */
export function errorData(
  thrown: unknown,
  secrets: TextMask,
): { readonly error: string; readonly code?: string } {
  const error = secrets.mask(messageOf(thrown)).slice(0, LONGEST_ERROR);
  const code = codeOf(thrown);
  return code === undefined ? { error } : { error, code };
}

/** An upper estimate of {@link errorData} as JSON, in characters. */
export function errorSize({ error }: JsonObject): number {
  return 128 + (typeof error === 'string' ? error.length : 0);
}

/** The step or run around a call ended before it. */
export function stepEnded(runId: string, what: string): SluiceError {
  return new SluiceError('STEP_ENDED', `${what} ended before the calls inside did. Await them.`, { runId });
}

export function callTimeout(runId: string, what: string, timeout: number): SluiceError {
  return new SluiceError('CALL_TIMEOUT', `${what} took longer than ${timeout} ms (timeout).`, { runId });
}

/** `cause` is what the last attempt failed with, if one began. */
export function retryLimit(runId: string, what: string, times: string, cause?: unknown): SluiceError {
  const message = `${what}: a policy asked for more than ${times}.`;
  return new SluiceError('RETRY_LIMIT', message, { runId, cause });
}

function codeOf(thrown: unknown): string | undefined {
  try {
    return isSluiceError(thrown) ? thrown.code : undefined;
  } catch {
    // A getter or a proxy of whoever threw it threw.
    return undefined;
  }
}

/** A rejection that is silent if nobody awaits it. */
export function refused(thrown: Error): Promise<never> {
  const refusal = Promise.reject(thrown);
  refusal.catch(() => undefined);
  return refusal;
}
