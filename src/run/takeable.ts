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
 * How many of these proposals can be taken so that redaction holds nothing of them back at their end: what follows is
 * to be handed in again, in front of what is new. Behind the last one of each text stands what is known to follow it.
 * All, if more than `mostOpen` would be left over: then redaction holds the rest. Linear in the text, but for texts
 * that end in secrets cut over several events.
 */
export function takeable(
  proposals: readonly Proposal[],
  mask: TextMask,
  mostOpen: number,
): readonly Proposal[] {
  if (!mask.pending) return proposals;
  const stretches = stretchesOf(proposals);
  if (stretches.length === 0) return proposals;
  const least = proposals.length - mostOpen;
  let count = proposals.length;
  for (let before = Infinity; count < before && count >= least;) {
    before = count;
    for (const stretch of stretches) {
      while (count >= least) {
        const last = lastBefore(stretch, count);
        if (!last || isSettled(stretch, last.end, mask)) break;
        count = last.at;
      }
    }
  }
  if (count < least) return proposals;
  const taken = proposals.slice(0, count);
  for (const stretch of stretches) {
    const last = lastBefore(stretch, count);
    if (!last || last.end === stretch.text.length) continue;
    taken[last.at] = { ...taken[last.at]!, upcoming: stretch.text.slice(last.end) };
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

function lastBefore({ events }: Stretch, count: number): End | undefined {
  return events.findLast(({ at }) => at < count);
}

function isSettled({ text, isDone }: Stretch, end: number, mask: TextMask): boolean {
  if (end === text.length && isDone) return true;
  return settledLength(text.slice(0, end), mask, { before: '', ahead: text.slice(end) }) === end;
}
