/**
 * Every way Sluice can say no, as a closed set. `docs/reference/errors.md` lists the same codes; a spec
 * compares the two in both directions. The texts are apart from what a {@link SluiceError} needs: a browser loads none.
 */
export const ERROR_CODES = {
  // usage: the developer acts
  BAD_OPTION: 'An option is missing, out of its range or of the wrong type.',
  BAD_EVENT: 'An event has an unknown shape, data that is not plain JSON, or a secret in its type or node.',
  BAD_FILTER: 'A filter names an event type, topic or preset that does not exist.',
  BAD_CURSOR: 'A cursor does not follow the grammar epoch.seq.hash.',
  BAD_ID: 'A run, tenant or thread id has characters or a length that is not allowed, or a secret in it.',
  BAD_INPUT: 'The input of a run does not match the schema of its agent.',
  BAD_OUTPUT: 'An agent returned something that cannot be written as JSON.',
  BAD_ANSWER: 'An answer does not match the schema of its question.',
  RESERVED_TYPE: 'This event type is made by the engine alone.',
  EVENT_TOO_LARGE: 'An event is larger than the limit of its engine.',
  UNKNOWN_AGENT: 'No agent of this name is registered.',
  POLICY_EXISTS: 'A gate has a policy of this name already.',
  // run: the caller acts
  RUN_NOT_FOUND: 'There is no such run, or it belongs to another tenant.',
  RUN_EXISTS: 'A run with this id exists already.',
  RUN_ENDED: 'The run has ended; nothing more can be written to it.',
  RUN_ACTIVE: 'The run has not ended yet.',
  RUN_HAS_AGENT: 'The run has an agent, and nobody else writes to it.',
  RUN_FAILED: 'The agent of the run failed.',
  RUN_CANCELLED: 'The run was cancelled.',
  RUN_HANDED_OVER: 'The process stops, and another one goes on with the run.',
  IDEMPOTENCY_CONFLICT: 'This idempotency key was used with another request.',
  ASK_NOT_FOUND: 'The run has no open question with this id.',
  OWNER_SILENT: 'The process that has the run did not say in time what became of an answer.',
  COMMANDS_FULL: 'More commands wait for the process that has the run than may.',
  ASK_TIMEOUT: 'Nobody answered the question in time.',
  VETOED: 'A policy said that it must not be.',
  POLICY_ERROR: 'A policy threw, took too long or answered nonsense, and nothing may pass it then.',
  CALL_TIMEOUT: 'A call took longer than its timeout allows.',
  RETRY_LIMIT: 'A policy asked for one attempt more than a call may have.',
  STEP_ENDED: 'The step or run around a call ended before the call did.',
  // flow
  MAILBOX_FULL: 'The run has more unwritten events than its mailbox may hold.',
  BUFFER_OVERFLOW: 'A consumer is slower than its source and its buffer is full.',
  OBSERVER_TIMEOUT: 'An observer did not finish with an event in time.',
  STREAM_EXPIRED: 'The stream outlived its time to live.',
  TOO_MANY_RUNS: 'The engine has as many live runs as its limit allows.',
  // ends of runs that the engine itself decides; found in `data.code` of the final `error` event
  AGENT_ERROR: 'The agent threw; the message and type of its error are in the event.',
  MAX_DURATION: 'The run reached its maximum duration.',
  IDLE_TIMEOUT: 'The run was silent for longer than its idle limit.',
  PRODUCER_SILENT: 'The producer of an external run was silent for too long.',
  OWNER_LOST: 'The process that ran the agent is gone.',
  ENGINE_CLOSED: 'The engine is closed or closing.',
  // storage: operations act
  STORAGE_LOST: 'The backend did not accept or answer within its time limit.',
  STORAGE_LOCKED: 'Another process writes in this folder.',
  MISSING_PEER: 'An optional package is needed and not installed.',
  // HTTP and command line
  BAD_REQUEST: 'The request has a malformed body, header or parameter.',
  BODY_TOO_LARGE: 'The request body is larger than the limit.',
  NOT_FOUND: 'There is nothing at this address.',
  METHOD_NOT_ALLOWED: 'The address exists, but not with this method.',
  UPGRADE_REQUIRED: 'The address answers WebSockets alone.',
  UNAUTHENTICATED: 'The request has no credential, or one that is not known or not valid any more.',
  FORBIDDEN: 'The credential does not allow this.',
  TOO_MANY_REQUESTS: 'The tenant or address asks more of the server than it may.',
  FORBIDDEN_ORIGIN: 'Requests from this Host or Origin are refused.',
  UNSAFE_ADDRESS: 'Serving on this address needs authentication first.',
  PORT_IN_USE: 'Another process listens on this port.',
  CONNECTION_LOST: 'The server cannot be reached, or the connection to it broke.',
  BAD_RESPONSE: 'What answered is no Sluice server, or something between changed the answer.',
  OUTPUT_LOST: 'What a command prints cannot be written any more.',
  PROGRAM_FAILED: 'The program of a run did not start, or did not end with exit code 0.',
  INTERNAL: 'A fault of Sluice itself; please report it.',
} as const satisfies Readonly<Record<string, string>>;

/** The code of a {@link SluiceError}; also the `code` of an HTTP problem and of a final `error` event. */
export type ErrorCode = keyof typeof ERROR_CODES;

/** The codes after which the same call may succeed later without being changed. */
export const RETRYABLE_CODES: ReadonlySet<string> = new Set<ErrorCode>([
  'RUN_ACTIVE',
  'OWNER_SILENT',
  'COMMANDS_FULL',
  'MAILBOX_FULL',
  'BUFFER_OVERFLOW',
  'TOO_MANY_RUNS',
  'ENGINE_CLOSED',
  'STORAGE_LOST',
  'PORT_IN_USE',
  'TOO_MANY_REQUESTS',
  'CONNECTION_LOST',
  'INTERNAL',
]);
