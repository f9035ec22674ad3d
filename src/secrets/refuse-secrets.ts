import { SluiceError } from '../errors/sluice-error.ts';
import type { TextMask } from './mask-value.ts';

/**
 * Returns a name that everybody is shown as it is, if there is no secret in it; `what` says in the error which one.
 * Altered it would name something else. Throws `code`; the message tells nothing of the name.
 */
export function refuseSecrets(
  what: string,
  name: string,
  { mask, code }: { readonly mask: TextMask; readonly code: 'BAD_ID' | 'BAD_EVENT' | 'BAD_OPTION' },
): string {
  if (mask.mask(name) === name) return name;
  throw new SluiceError(
    code,
    `${what}: expected no secret in it, got one. It is shown as it is; say what is secret in data.`,
  );
}
