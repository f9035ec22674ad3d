/** A way A2A says no. */
export interface RefusalRow {
  /** `reason` of its ErrorInfo. */
  readonly reason: string;
  /** `code` of a JSON-RPC error. */
  readonly code: number;
  /** The HTTP status and its name in the REST binding. */
  readonly http: number;
  readonly status: string;
}

/** All errors of A2A 1.0, and those of JSON-RPC below it. */
export const REFUSALS = [
  { reason: 'TASK_NOT_FOUND', code: -32001, http: 404, status: 'NOT_FOUND' },
  { reason: 'TASK_NOT_CANCELABLE', code: -32002, http: 400, status: 'FAILED_PRECONDITION' },
  { reason: 'PUSH_NOTIFICATION_NOT_SUPPORTED', code: -32003, http: 400, status: 'FAILED_PRECONDITION' },
  { reason: 'UNSUPPORTED_OPERATION', code: -32004, http: 400, status: 'FAILED_PRECONDITION' },
  { reason: 'CONTENT_TYPE_NOT_SUPPORTED', code: -32005, http: 400, status: 'INVALID_ARGUMENT' },
  { reason: 'INVALID_AGENT_RESPONSE', code: -32006, http: 500, status: 'INTERNAL' },
  { reason: 'EXTENDED_AGENT_CARD_NOT_CONFIGURED', code: -32007, http: 400, status: 'FAILED_PRECONDITION' },
  { reason: 'EXTENSION_SUPPORT_REQUIRED', code: -32008, http: 400, status: 'FAILED_PRECONDITION' },
  { reason: 'VERSION_NOT_SUPPORTED', code: -32009, http: 400, status: 'FAILED_PRECONDITION' },
  { reason: 'PARSE_ERROR', code: -32700, http: 400, status: 'INVALID_ARGUMENT' },
  { reason: 'INVALID_REQUEST', code: -32600, http: 400, status: 'INVALID_ARGUMENT' },
  { reason: 'METHOD_NOT_FOUND', code: -32601, http: 404, status: 'NOT_FOUND' },
  { reason: 'INVALID_PARAMS', code: -32602, http: 400, status: 'INVALID_ARGUMENT' },
  { reason: 'INTERNAL_ERROR', code: -32603, http: 500, status: 'INTERNAL' },
] as const satisfies readonly RefusalRow[];

/** `reason` of a refusal. */
export type A2aReason = (typeof REFUSALS)[number]['reason'];

/** What our codes are there; all others are told with our own code as reason. */
export const REASONS: Readonly<Record<string, A2aReason>> = {
  RUN_NOT_FOUND: 'TASK_NOT_FOUND',
  RUN_ENDED: 'UNSUPPORTED_OPERATION',
  ASK_NOT_FOUND: 'UNSUPPORTED_OPERATION',
  BAD_ANSWER: 'INVALID_PARAMS',
  BAD_CURSOR: 'INVALID_PARAMS',
  BAD_EVENT: 'INVALID_PARAMS',
  BAD_ID: 'INVALID_PARAMS',
  BAD_INPUT: 'INVALID_PARAMS',
  BAD_OPTION: 'INVALID_PARAMS',
  BAD_REQUEST: 'INVALID_PARAMS',
  BODY_TOO_LARGE: 'INVALID_PARAMS',
  EVENT_TOO_LARGE: 'INVALID_PARAMS',
  IDEMPOTENCY_CONFLICT: 'INVALID_PARAMS',
  UNKNOWN_AGENT: 'INVALID_PARAMS',
};

/** What no row has: a refusal of the server itself, such as 401 and 429. */
export const SERVER_ERROR = -32000;
