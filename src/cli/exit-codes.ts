import { isSluiceError, type ErrorCode } from '../index.ts';

/** How the command ends; `sluice serve --help` lists the same. */
export const EXIT_CODES = {
  /** It did what it was asked to, or was told to stop and stopped. */
  ok: 0,
  /** A fault of Sluice, or of an agent's module outside of its runs. */
  fault: 1,
  /** A flag, a variable or a module that cannot be used. */
  usage: 2,
  portInUse: 3,
} as const;

/** Told to exit at once: by convention 128 and the number of the signal. */
export const AT_ONCE = { SIGINT: 130, SIGTERM: 143 } as const;

const USAGE: readonly ErrorCode[] = ['BAD_OPTION', 'UNSAFE_ADDRESS', 'MISSING_PEER'];

/** The exit code for what went wrong. */
export function exitCodeOf(error: unknown): number {
  if (isSluiceError(error, 'PORT_IN_USE')) return EXIT_CODES.portInUse;
  return isSluiceError(error) && USAGE.includes(error.code) ? EXIT_CODES.usage : EXIT_CODES.fault;
}
