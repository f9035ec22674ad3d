import { ERROR_CODES, type ErrorCode } from '../errors/codes.ts';
import { isSluiceError, SluiceError } from '../errors/sluice-error.ts';
import { maskValue, type TextMask } from '../secrets/mask-value.ts';
import { jsonReply, type BodyReply } from './reply.ts';

/** The status that answers each code. */
const STATUS: Readonly<Record<ErrorCode, number>> = {
  BAD_OPTION: 400,
  BAD_EVENT: 400,
  BAD_FILTER: 400,
  BAD_CURSOR: 400,
  BAD_ID: 400,
  BAD_INPUT: 400,
  BAD_OUTPUT: 500,
  BAD_ANSWER: 400,
  RESERVED_TYPE: 400,
  EVENT_TOO_LARGE: 413,
  UNKNOWN_AGENT: 404,
  POLICY_EXISTS: 500,
  RUN_NOT_FOUND: 404,
  RUN_EXISTS: 409,
  RUN_ENDED: 409,
  RUN_ACTIVE: 409,
  RUN_HAS_AGENT: 409,
  RUN_FAILED: 500,
  RUN_CANCELLED: 409,
  RUN_HANDED_OVER: 503,
  IDEMPOTENCY_CONFLICT: 422,
  ASK_NOT_FOUND: 404,
  OWNER_SILENT: 503,
  COMMANDS_FULL: 429,
  ASK_TIMEOUT: 408,
  VETOED: 403,
  POLICY_ERROR: 500,
  CALL_TIMEOUT: 500,
  RETRY_LIMIT: 500,
  STEP_ENDED: 500,
  MAILBOX_FULL: 429,
  BUFFER_OVERFLOW: 503,
  OBSERVER_TIMEOUT: 500,
  STREAM_EXPIRED: 410,
  TOO_MANY_RUNS: 503,
  AGENT_ERROR: 500,
  MAX_DURATION: 500,
  IDLE_TIMEOUT: 500,
  PRODUCER_SILENT: 500,
  OWNER_LOST: 500,
  ENGINE_CLOSED: 503,
  STORAGE_LOST: 503,
  STORAGE_LOCKED: 503,
  PROGRAM_FAILED: 500,
  MISSING_PEER: 500,
  BAD_REQUEST: 400,
  BODY_TOO_LARGE: 413,
  NOT_FOUND: 404,
  METHOD_NOT_ALLOWED: 405,
  UPGRADE_REQUIRED: 426,
  UNAUTHENTICATED: 401,
  FORBIDDEN: 403,
  TOO_MANY_REQUESTS: 429,
  FORBIDDEN_ORIGIN: 403,
  UNSAFE_ADDRESS: 500,
  PORT_IN_USE: 500,
  CONNECTION_LOST: 502,
  BAD_RESPONSE: 502,
  OUTPUT_LOST: 500,
  INTERNAL: 500,
};

/** The status that answers a code. */
export function statusOf(code: ErrorCode): number {
  return STATUS[code];
}

/** The facts of a problem document, RFC 9457. */
export interface Problem {
  readonly status: number;
  /** A code of Sluice, or the code that a failed run ended with. */
  readonly code: string;
  readonly title: string;
  readonly detail: string;
  readonly runId?: string | undefined;
  /** As `x-request-id` of the answer has it. */
  readonly requestId?: string | undefined;
  readonly details?: Readonly<Record<string, unknown>> | undefined;
}

/** Answers with a problem document. */
export function problemReply(problem: Problem, headers: Readonly<Record<string, string>> = {}): BodyReply {
  const { status, code, ...facts } = problem;
  return jsonReply(
    status,
    { type: `urn:sluice:error:${code}`, status, code, ...facts },
    {
      'content-type': 'application/problem+json',
      ...((status === 503 || status === 429) && { 'retry-after': '1' }),
      ...headers,
    },
  );
}

/** What was thrown, in facts. What is not a `SluiceError` is told as `INTERNAL`, and nothing of its text. */
export function problemFacts(thrown: unknown): Problem {
  const error = isSluiceError(thrown)
    ? thrown
    : new SluiceError('INTERNAL', 'The request failed inside of the server. Try again; look into its log.');
  const { code, message, runId, details } = error;
  return {
    status: STATUS[code] ?? 500,
    code,
    title: ERROR_CODES[code] ?? code,
    detail: message,
    runId,
    details,
  };
}

/** Answers with what {@link problemFacts} tells, masked: it may quote what was sent. */
export function problemOf(problem: Problem, secrets: TextMask): BodyReply {
  const { code, details } = problem;
  return problemReply(maskValue(problem, secrets).value as Problem, {
    ...(code === 'METHOD_NOT_ALLOWED' && { allow: String(details?.allow) }),
    // RFC 9110, 15.5.22.
    ...(code === 'UPGRADE_REQUIRED' && { upgrade: 'websocket', connection: 'upgrade' }),
    ...(code === 'TOO_MANY_REQUESTS' && { 'retry-after': `${Number(details?.retryAfter ?? 1)}` }),
    // RFC 9110, 11.6.1: a 401 names how to answer it.
    ...(code === 'UNAUTHENTICATED' && { 'www-authenticate': 'Bearer' }),
  });
}
