import { isEventType, isStatement, STREAMING_TYPES, CONVERSATION_TYPES } from '../../event/event-types.ts';
import type { Json, JsonObject } from '../../event/json.ts';
import { nameOption, wholeOption } from '../../operators/check-option.ts';
import { maskValue, type TextMask } from '../../secrets/mask-value.ts';
import type { Policy } from '../policy.ts';
import { badOption, shown, textsOption } from './policy-option.ts';
import { ASKING_ORDER, type PolicyPlace } from './policy-place.ts';
import { isFailure } from './subject-names.ts';

/** What {@link contentRule} looks for, and what it does then. */
export interface ContentRuleOptions extends PolicyPlace {
  /**
   * Texts, found as they stand, or regular expressions. An expression is run by the engine of JavaScript, which can take
   * exponential time over some (`(a+)+$`), and stops everything meanwhile: use texts where they do, and no nested
   * repetition where they do not. `maxLength` bounds only what it is run over.
   */
  readonly pattern: string | RegExp | readonly (string | RegExp)[];
  /** Members of `data` to look at, with all inside them. Default: all but ids, roles and the names of tools. */
  readonly fields?: readonly string[] | undefined;
  /**
   * `block` leaves the statement or call out, `fail` vetoes it, `replace` puts `replacement` in the place of each match
   * in a statement. A call cannot be changed, so `replace` vetoes it. Default: `block`.
   */
  readonly then?: 'block' | 'replace' | 'fail' | undefined;
  /** Default: `[removed]`. */
  readonly replacement?: string | undefined;
  /** Longer texts are taken for a match rather than searched with an expression: 1 to 1,000,000 characters. Default: 100,000. */
  readonly maxLength?: number | undefined;
}

/** Names rather than content. */
const NAMES: ReadonlySet<string> = new Set([
  ...['messageId', 'callId', 'artifactId', 'artifactType', 'role', 'finishReason', 'tool', 'kind'],
]);
const SAID = [...STREAMING_TYPES, ...CONVERSATION_TYPES, 'custom:*', 'tool.called'] as const;

/**
 * Stops or replaces what is said, and calls of tools, by what stands in them: in texts and in keys, at any depth. Asked
 * about all statements and `tool.called`; answers at once. It sees one event at a time: what is split over two tokens it
 * does not find, as redaction of `secrets` does. Throws `BAD_OPTION`. Memory: none.
 */
export function contentRule(options: ContentRuleOptions): Policy {
  const { name = 'contentRule', priority = ASKING_ORDER.content, types = SAID } = options;
  const { replacement = '[removed]' } = options;
  if (typeof replacement !== 'string') {
    throw badOption('contentRule: replacement', `expected a text, got ${shown(replacement)}`);
  }
  const then = nameOption('contentRule: then', options.then ?? 'block', ['block', 'replace', 'fail']);
  const maxLength = options.maxLength ?? 100_000;
  wholeOption('contentRule: maxLength', maxLength, { unit: 'characters', max: 1_000_000 });
  const fields = options.fields && textsOption('contentRule: fields', options.fields);
  const text = textRule(options.pattern, replacement, maxLength);
  return {
    ...{ name, priority, types },
    decide({ type, data }) {
      const cleaned = isFailure(type) ? undefined : cleanedOf(data, fields, text);
      if (!cleaned) return { signal: 'PROCEED' };
      const reason = `it holds what the rule does not allow, in ${Object.keys(cleaned).join(', ')}`;
      const isCall = isEventType(type) && !isStatement(type);
      if (then === 'fail' || (then === 'replace' && isCall)) return { signal: 'FAIL', reason };
      if (then === 'block') return { signal: 'SKIP', reason };
      return { signal: 'FALLBACK', value: { ...data, ...cleaned }, reason };
    },
  };
}

/** The members in which something was found, without it. */
function cleanedOf(
  data: JsonObject,
  fields: readonly string[] | undefined,
  text: TextMask,
): Record<string, unknown> | undefined {
  let cleaned: Record<string, unknown> | undefined;
  for (const field of fields ?? Object.keys(data)) {
    if (!fields && NAMES.has(field)) continue;
    const before: Json | undefined = data[field];
    const { value: after } = maskValue(before, text);
    if (after !== before) (cleaned ??= {})[field] = after;
  }
  return cleaned;
}

/** Puts a replacement in the place of what matches. */
function textRule(pattern: unknown, replacement: string, maxLength: number): TextMask {
  const patterns: readonly unknown[] = Array.isArray(pattern) ? pattern : [pattern];
  if (patterns.length === 0) throw badOption('contentRule: pattern', 'expected at least one, got none');
  const rules = patterns.map((one): TextMask => {
    if (typeof one === 'string' && one !== '') return { mask: text => text.split(one).join(replacement) };
    if (one instanceof RegExp && !one.test('')) return { mask: expressionRule(one, replacement, maxLength) };
    const got = one instanceof RegExp ? `one that matches nothing at all, ${String(one)}` : shown(one);
    throw badOption('contentRule: pattern', `expected texts or regular expressions, got ${got}`);
  });
  return { mask: text => rules.reduce((cleaned, rule) => rule.mask(cleaned), text) };
}

function expressionRule(given: RegExp, replacement: string, maxLength: number): TextMask['mask'] {
  // One of our own: the state of the caller's, and a place where it must begin, would make it miss matches.
  const expression = new RegExp(given.source, `${given.flags.replace(/[gy]/g, '')}g`);
  // As a function: `$&` in the replacement means itself.
  return text => (text.length > maxLength ? replacement : text.replace(expression, () => replacement));
}
