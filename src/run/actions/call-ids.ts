import { SluiceError } from '../../errors/sluice-error.ts';
import type { Actions } from './actions.ts';

const LONGEST_ID = 256;

/** The id of a call: its caller's, a model's `tool_call_id` for one, or a new one. Throws `BAD_OPTION`. */
export function callIdOf(actions: Actions, given: unknown): string {
  if (given === undefined) return actions.newCallId();
  if (typeof given === 'string' && given !== '' && given.length <= LONGEST_ID) return given;
  throw new SluiceError('BAD_OPTION', `callId: expected a string of 1 to ${LONGEST_ID} characters.`);
}

/** Each attempt is opened and closed under an id of its own. */
export function attemptId(callId: string, attempt: number): string {
  return attempt === 1 ? callId : `${callId}/${attempt}`;
}

/** Throws `BAD_EVENT`. */
export function checkName(what: string, name: unknown): string {
  if (typeof name === 'string' && name !== '' && name.length <= LONGEST_ID) return name;
  throw new SluiceError('BAD_EVENT', `${what}: expected a name of 1 to ${LONGEST_ID} characters.`);
}
