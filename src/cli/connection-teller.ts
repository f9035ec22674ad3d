import type { ConnectionState } from '../client/index.ts';
import type { CommandHost } from './command-host.ts';
import { durationText } from './duration-text.ts';

/** Tells somebody at a terminal that the connection is lost, and that it is back. `before` is called first. */
export function connectionTeller(
  host: CommandHost,
  before: () => void = () => undefined,
): ((state: ConnectionState) => void) | undefined {
  if (!host.hasErrorTerminal) return undefined;
  let isLost = false;
  return state => {
    if (state.status === 'waiting') {
      before();
      const { code, message } = state.error;
      host.complain(`… ${code} ${message} Trying again in ${durationText(state.delay)}.`);
      isLost = true;
    } else if (state.status === 'open' && isLost) {
      host.complain('… connected again');
      isLost = false;
    }
  };
}
