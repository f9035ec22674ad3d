import { channelRuleOf } from '../event/channels.ts';
import type { Proposal } from '../event/proposal.ts';
import type { TextMask } from '../secrets/mask-value.ts';
import { settledLength } from '../secrets/settled.ts';

/** One text of a batch, and where its events end in it. */
interface Stretch {
  text: string;
  /** Nothing follows. */
  isDone: boolean;
  readonly events: End[];
}

/** The place of an event in its batch, and how long its text is with it. */
interface End {
  readonly at: number;
  readonly end: number;
}

/**
 * Those of these proposals of which redaction holds nothing back at the end of their text, each where it stands: what is
 * left out is to be handed in again, in front of what is new. The others overtake it, or, if `isWhole`, nothing behind
 * it is taken. Behind the last one of each text stands what is known to follow it. All, if more than `mostOpen` would be
 * left over: then redaction holds the rest. Linear in the text, but for texts that end in secrets cut over several
 * events.
 */
export function takeable(
  proposals: readonly Proposal[],
  mask: TextMask,
  { mostOpen, isWhole }: { readonly mostOpen: number; readonly isWhole: boolean },
): readonly (Proposal | undefined)[] {
  if (!mask.pending) return proposals;
  const stretches = stretchesOf(proposals);
  if (stretches.length === 0) return proposals;
  const least = proposals.length - mostOpen;
  const taken: (Proposal | undefined)[] = [...proposals];
  /** Where what is left out begins. */
  let count = proposals.length;
  for (let before = Infinity; count < before && count >= least;) {
    before = count;
    for (const stretch of stretches) {
      while (count >= least) {
        const last = stretch.events.findLast(({ at }) => (isWhole ? at < count : taken[at]));
        if (!last || isSettled(stretch, last.end, mask)) break;
        taken[last.at] = undefined;
        count = Math.min(count, last.at);
      }
    }
  }
  if (count < least) return proposals;
  if (isWhole) taken.fill(undefined, count);
  for (const { text, events } of stretches) {
    const last = events.findLast(({ at }) => taken[at]);
    if (last && last.end < text.length)
      taken[last.at] = { ...taken[last.at]!, upcoming: text.slice(last.end) };
  }
  return taken;
}

/** The texts of the batch; one that ends in it and begins again is two. */
function stretchesOf(proposals: readonly Proposal[]): readonly Stretch[] {
  const stretches: Stretch[] = [];
  const open = new Map<string, Stretch>();
  for (const [at, { type, data, node }] of proposals.entries()) {
    const rule = channelRuleOf(type);
    const text: unknown = rule && data[rule.field];
    if (!rule || typeof text !== 'string') continue;
    const key = `${type}\n${rule.nameOf(data, node)}`;
    let stretch = open.get(key);
    if (!stretch) {
      stretch = { text: '', isDone: false, events: [] };
      stretches.push(stretch);
      open.set(key, stretch);
    }
    stretch.text += text;
    stretch.events.push({ at, end: stretch.text.length });
    if (rule.isOpen(data)) continue;
    stretch.isDone = true;
    open.delete(key);
  }
  return stretches;
}

function isSettled({ text, isDone }: Stretch, end: number, mask: TextMask): boolean {
  if (end === text.length && isDone) return true;
  return settledLength(text.slice(0, end), mask, { before: '', ahead: text.slice(end) }) === end;
}
