import type { Commands } from '../backends/backend.ts';
import { maskValue, type TextMask } from '../secrets/mask-value.ts';

/**
 * Commands as they may be stored: secrets in what people say with them are masked, and so are what is said to them. So
 * the agent of another process is given an answer as everybody sees it; one of this process is given it as it was said.
 */
export function maskedCommands(commands: Commands, secrets: TextMask): Commands {
  const masked = <T>(said: T): T => maskValue(said, secrets).value as T;
  return {
    send: (key, command, id) => commands.send(key, masked(command), id),
    take: instance => commands.take(instance),
    settle: (key, id, outcome) => commands.settle(key, id, masked(outcome)),
    outcome: (key, id) => commands.outcome(key, id),
  };
}
