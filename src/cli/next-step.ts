import type { ErrorCode } from '../index.ts';

/** What to do next, where a server's own words leave it open: it does not know that it is a command that hears them. */
const STEPS: Readonly<Partial<Record<ErrorCode, string>>> = {
  RUN_NOT_FOUND: 'See what there is: sluice runs',
  RUN_ENDED: 'See how it ended: sluice get <run>',
  RUN_HAS_AGENT: 'Append to a run of your own: sluice append --new',
  ASK_NOT_FOUND: 'See what it asks: sluice get <run>',
  BAD_ANSWER: 'See the schema of the question: sluice tail <run> --no-follow --filter minimal --json',
  CONNECTION_LOST: 'A server is started by: sluice serve',
};

/** A message with its next step, if it has none that names a command. Pure. */
export function withNextStep(code: ErrorCode, message: string): string {
  const step = STEPS[code];
  return step === undefined || message.includes('sluice ') ? message : `${message} ${step}`;
}
