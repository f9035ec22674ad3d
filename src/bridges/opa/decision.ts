/** What documents of OPA may be, in the words of an error. */
const EXPECTED = 'expected true, false, texts that deny, an object with allow or deny, or a verdict';

/**
 * The verdict that a document of OPA stands for; https://www.openpolicyagent.org/docs/latest/rest-api/ says that a
 * document which is not defined is left out of the answer, and that decides nothing: it throws, as whatever is no decision.
 *
 * | document | verdict |
 * |---|---|
 * | `true`, `{ "allow": true }`, `[]` | PROCEED |
 * | `false`, `{ "allow": false, "reason"?: … }` | FAIL |
 * | texts, or `{ "deny": texts }` | FAIL for these reasons, PROCEED if there are none |
 * | `{ "signal": … }` | the verdict itself |
 */
export function decisionOf(document: unknown, place: string): unknown {
  if (document === undefined) throw new TypeError(`${place} is not defined`);
  if (typeof document === 'boolean') return verdict(document, [], place);
  if (Array.isArray(document)) return verdict(document.length === 0, textsOf(document, place), place);
  if (typeof document !== 'object' || document === null) {
    throw new TypeError(`${place}: ${EXPECTED}, got ${document === null ? 'null' : typeof document}`);
  }
  const { signal, allow, deny, reason } = document as Record<string, unknown>;
  if (signal !== undefined) return document;
  const isDecided = typeof allow === 'boolean' || (allow === undefined && deny !== undefined);
  if (!isDecided) throw new TypeError(`${place}: ${EXPECTED}, got an object with neither`);
  const denials = deny === undefined ? [] : textsOf(deny, place);
  const isAllowed = allow !== false && denials.length === 0;
  return verdict(isAllowed, typeof reason === 'string' ? [...denials, reason] : denials, place);
}

function verdict(isAllowed: boolean, reasons: readonly string[], place: string): unknown {
  if (isAllowed) return { signal: 'PROCEED' };
  return { signal: 'FAIL', reason: reasons.length > 0 ? reasons.join('; ') : `denied by ${place}` };
}

function textsOf(list: unknown, place: string): readonly string[] {
  if (Array.isArray(list) && list.every(text => typeof text === 'string')) return list;
  throw new TypeError(`${place}: expected texts that deny, got something else`);
}
