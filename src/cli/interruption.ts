import type { CommandHost } from './command-host.ts';
import { AT_ONCE } from './exit-codes.ts';
import { stopOnSignal } from './stop-on-signal.ts';

/**
 * Works until it is done, or until a signal comes: then the work's signal aborts, nobody waits for it any more, and the
 * command ends with 130 or 143, without a word. Rejects with what the work fails with.
 */
export async function untilInterrupted(
  host: CommandHost,
  work: (signal: AbortSignal) => Promise<void>,
): Promise<void> {
  const controller = new AbortController();
  const interrupted = new Promise<void>(resolve =>
    stopOnSignal(host.signals, name => {
      host.endWith(AT_ONCE[name]);
      controller.abort();
      resolve();
    }),
  );
  await Promise.race([work(controller.signal), interrupted]);
}
