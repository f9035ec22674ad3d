import { isSluiceError, type ErrorCode } from '../index.ts';
import { ReaderLeft } from './reader-left.ts';

/** How a command ends. `docs/guides/cli.md` has the same table; a spec compares the two. */
export const EXIT_CODES = {
  ok: 0,
  fault: 1,
  usage: 2,
  portInUse: 3,
  unreachable: 4,
  notFound: 5,
  refused: 6,
  outputLost: 7,
  runFailed: 10,
  runCancelled: 11,
} as const;

/** What each code means, for people. */
export const EXIT_MEANINGS: Readonly<Record<keyof typeof EXIT_CODES, string>> = {
  ok: 'it did what it was asked to',
  fault: "a fault of Sluice, or of an agent's module outside of its runs",
  usage: 'an argument, a flag, a variable or an input that cannot be used',
  portInUse: 'the port is taken',
  unreachable: 'no Sluice server answers at the address, or it does not let you in',
  notFound: 'there is no such run, or not any more',
  refused: 'the run is not in a state for that: it has ended, it exists, it asks no such question',
  outputLost: 'standard output cannot be written: the disk is full',
  runFailed: 'the run failed (`tail --exit-status`)',
  runCancelled: 'the run was cancelled (`tail --exit-status`, `append`)',
};

/** Told to exit by a signal: by convention 128 and the number of the signal. */
export const AT_ONCE = { SIGINT: 130, SIGTERM: 143 } as const;

const CODES: Readonly<Partial<Record<ErrorCode, number>>> = {
  BAD_OPTION: EXIT_CODES.usage,
  BAD_EVENT: EXIT_CODES.usage,
  BAD_FILTER: EXIT_CODES.usage,
  BAD_CURSOR: EXIT_CODES.usage,
  BAD_ID: EXIT_CODES.usage,
  BAD_INPUT: EXIT_CODES.usage,
  BAD_ANSWER: EXIT_CODES.usage,
  BAD_REQUEST: EXIT_CODES.usage,
  BODY_TOO_LARGE: EXIT_CODES.usage,
  EVENT_TOO_LARGE: EXIT_CODES.usage,
  RESERVED_TYPE: EXIT_CODES.usage,
  UNKNOWN_AGENT: EXIT_CODES.usage,
  UNSAFE_ADDRESS: EXIT_CODES.usage,
  MISSING_PEER: EXIT_CODES.usage,
  STORAGE_LOCKED: EXIT_CODES.usage,
  PORT_IN_USE: EXIT_CODES.portInUse,
  CONNECTION_LOST: EXIT_CODES.unreachable,
  BAD_RESPONSE: EXIT_CODES.unreachable,
  NOT_FOUND: EXIT_CODES.unreachable,
  METHOD_NOT_ALLOWED: EXIT_CODES.unreachable,
  UPGRADE_REQUIRED: EXIT_CODES.unreachable,
  UNAUTHENTICATED: EXIT_CODES.unreachable,
  FORBIDDEN: EXIT_CODES.unreachable,
  TOO_MANY_REQUESTS: EXIT_CODES.unreachable,
  FORBIDDEN_ORIGIN: EXIT_CODES.unreachable,
  ENGINE_CLOSED: EXIT_CODES.unreachable,
  STORAGE_LOST: EXIT_CODES.unreachable,
  RUN_NOT_FOUND: EXIT_CODES.notFound,
  RUN_EXISTS: EXIT_CODES.refused,
  RUN_ENDED: EXIT_CODES.refused,
  RUN_ACTIVE: EXIT_CODES.refused,
  RUN_HAS_AGENT: EXIT_CODES.refused,
  RUN_CANCELLED: EXIT_CODES.refused,
  RUN_HANDED_OVER: EXIT_CODES.unreachable,
  ASK_NOT_FOUND: EXIT_CODES.refused,
  OWNER_SILENT: EXIT_CODES.unreachable,
  COMMANDS_FULL: EXIT_CODES.refused,
  IDEMPOTENCY_CONFLICT: EXIT_CODES.refused,
  MAILBOX_FULL: EXIT_CODES.refused,
  TOO_MANY_RUNS: EXIT_CODES.refused,
  OUTPUT_LOST: EXIT_CODES.outputLost,
};

/** The exit code for what went wrong. */
export function exitCodeOf(error: unknown): number {
  if (error instanceof ReaderLeft) return EXIT_CODES.ok;
  if (!isSluiceError(error)) return EXIT_CODES.fault;
  const status = error.details?.['status'];
  // Whatever the code of a server that asks for credentials is.
  if (status === 401 || status === 403) return EXIT_CODES.unreachable;
  return CODES[error.code] ?? EXIT_CODES.fault;
}

/** The lines of a help text about the codes that a command can end with. */
export function exitCodesHelp(...names: readonly (keyof typeof EXIT_CODES)[]): string {
  const lines = names.map(name => `  ${String(EXIT_CODES[name]).padEnd(4)} ${EXIT_MEANINGS[name]}`);
  return ['Exit codes:', ...lines].join('\n');
}
