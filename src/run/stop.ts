import { SluiceError } from '../errors/sluice-error.ts';
import type { ErrorCode } from '../errors/codes.ts';
import type { TextMask } from '../secrets/mask-value.ts';

/** Why a run is to end before its agent returns, and with which event. The first one wins. */
export type Stop =
  | { readonly end: 'cancelled'; readonly reason: string | undefined }
  | {
      readonly end: 'error';
      readonly code: ErrorCode;
      readonly message: string;
      readonly details?: SluiceError['details'];
    };

const LONGEST_REASON = 16_384;

/** Somebody asks for it. Throws `BAD_OPTION` for a reason that is no text, or too long a one. */
export function cancelled(reason: unknown): Stop {
  if (reason === undefined) return { end: 'cancelled', reason: undefined };
  if (typeof reason === 'string' && reason.length <= LONGEST_REASON) return { end: 'cancelled', reason };
  const got = typeof reason === 'string' ? `${reason.length} characters` : typeof reason;
  throw new SluiceError(
    'BAD_OPTION',
    `cancel: reason: expected a string of at most ${LONGEST_REASON} characters, got ${got}.`,
  );
}

/** The same stop as anybody may hear of it: its reason comes from outside and may hold a secret. */
export function maskedStop(stop: Stop, secrets: TextMask): Stop {
  if (stop.end === 'error' || stop.reason === undefined) return stop;
  return { end: 'cancelled', reason: secrets.mask(stop.reason) };
}

/** What the agent's signal, its questions and its callers are told. */
export function stopError(runId: string, stop: Stop): SluiceError {
  if (stop.end === 'error') return new SluiceError(stop.code, stop.message, { runId, details: stop.details });
  const why = stop.reason === undefined ? '' : `: ${stop.reason}`;
  return new SluiceError('RUN_CANCELLED', `run ${runId} was cancelled${why}`, { runId });
}

/** A policy said that what it said must not be. */
export function vetoed({ code, message, details }: SluiceError): Stop {
  return { end: 'error', code, message, details };
}

/** It worked longer than it may. */
export function tooLong({ maxDuration }: { readonly maxDuration: number }): Stop {
  return {
    end: 'error',
    code: 'MAX_DURATION',
    message: `the run worked longer than ${maxDuration} ms (maxDuration).`,
  };
}

/** It said nothing for longer than it may. */
export function tooSilent({ idle, idleCode }: { readonly idle: number; readonly idleCode: ErrorCode }): Stop {
  return { end: 'error', code: idleCode, message: `the run was silent for ${idle} ms (idle).` };
}
