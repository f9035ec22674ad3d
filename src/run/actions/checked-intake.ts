import { checkSize, intakeValue } from '../../event/intake.ts';
import type { Json } from '../../event/json.ts';
import { utf8Length } from '../../event/utf8-length.ts';

/** What a caller hands in for an event, copied. Throws `BAD_EVENT`, `EVENT_TOO_LARGE`. */
export function checkedIntake(
  value: unknown,
  what: string,
  limit: number,
): { readonly value: Json; readonly size: number } {
  const taken = intakeValue(value, what, limit);
  checkSize(taken.size, limit, () => utf8Length(JSON.stringify(taken.value)), what);
  return taken;
}
