import { messageOf } from '../../errors/error-text.ts';
import type { KnownSecrets } from '../../secrets/known-secrets.ts';
import type { ObserverErrorListener } from './observer.ts';

/** Observers that are remembered as warned about. */
const MOST_IDS = 1_000;

/**
 * Where failures of observers go that nobody listens for: one process warning per observer, without a secret in it.
 * The rest is in the counts. Where there is no process, nothing is said.
 */
export function warnOnce(secrets: KnownSecrets): ObserverErrorListener {
  const warned = new Set<string>();
  return (error, { id }) => {
    if (warned.has(id) || warned.size >= MOST_IDS) return;
    warned.add(id);
    const { process } = globalThis as { process?: { emitWarning?(text: string, type: string): void } };
    const text = secrets.mask(messageOf(error).slice(0, 500));
    const advice = 'Pass onObserverError to createEngine to hear of all; this is said once per observer.';
    process?.emitWarning?.(`observer ${JSON.stringify(id)} failed: ${text}. ${advice}`, 'SluiceWarning');
  };
}
