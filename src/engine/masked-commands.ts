import type { Commands } from '../backends/backend.ts';
import { maskValue, type TextMask } from '../secrets/mask-value.ts';

/**
 * Commands as they may be stored: secrets in what people say with them are masked. So the agent of another process is
 * given an answer as everybody sees it; one of this process is given it as it was said.
 */
export function maskedCommands(commands: Commands, secrets: TextMask): Commands {
  return {
    send: (key, command, idempotencyKey) =>
      commands.send(key, maskValue(command, secrets).value as typeof command, idempotencyKey),
    take: instance => commands.take(instance),
  };
}
