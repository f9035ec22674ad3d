import type { RunState } from '../client/index.ts';
import { clipped, inline, shellWord } from './printable-text.ts';

/** A question of a run. */
export type Ask = RunState['asks'][number];

const LONGEST_HINT = 60;

/** The command that answers a question, ready to paste; the value is one that its schema may allow. Pure. */
export function answerHint(runId: string, { askId, schema }: Ask, urlFlag = ''): string {
  // An id with control characters cannot be pasted; the question stays the only open one mostly.
  return `sluice answer ${[runId, askId].map(word => shellWord(inline(word))).join(' ')} ${valueHint(schema)}${urlFlag}`;
}

function valueHint(schema: Ask['schema']): string {
  const { type, enum: choices } = (schema ?? {}) as { readonly type?: unknown; readonly enum?: unknown };
  if (Array.isArray(choices) && choices.length > 0) {
    const [first] = choices as readonly unknown[];
    return clipped(
      shellWord(inline(typeof first === 'string' ? first : JSON.stringify(first))),
      LONGEST_HINT,
    );
  }
  if (type === 'boolean') return 'true';
  if (type === 'number' || type === 'integer') return '1';
  if (type === 'object') return `'{…}'`;
  if (type === 'array') return `'[…]'`;
  return `'your answer'`;
}
