import * as fc from 'fast-check';
import { secretForms } from '../../src/secrets/secret-forms.ts';

/** Some secrets, and texts that hold them, each cut into pieces that are told in one order. */
export interface SplitTexts {
  readonly secrets: Readonly<Record<string, string>>;
  /** What is said where, in order. */
  readonly pieces: readonly { readonly channel: number; readonly text: string }[];
}

/** Few letters, so that secrets nest, overlap and almost appear; with two halves of a pair, a mark and an escape. */
const LETTERS = ['a', 'b', 'c', '€', '😀', '"', ' '];
const word = (lengths: fc.StringConstraints): fc.Arbitrary<string> =>
  fc.string({ ...lengths, unit: fc.constantFrom(...LETTERS) });
const secret = word({ minLength: 4, maxLength: 10 }).filter(text => text.trim().length >= 4);

/** Random secrets, and up to three texts of their pieces and forms, cut anywhere. */
export const splitTexts: fc.Arbitrary<SplitTexts> = fc
  .array(secret, { minLength: 1, maxLength: 4 })
  .chain(values => {
    const parts = values.flatMap(value => secretForms(value.trim()));
    const part = fc.oneof(
      fc.constantFrom(...parts),
      fc.constantFrom(...parts).chain(text => fc.nat(text.length).map(end => text.slice(0, end))),
      word({ maxLength: 6 }),
    );
    const text = fc.array(part, { maxLength: 6 }).map(all => all.join(''));
    const pieces = text.chain(whole =>
      fc
        .array(fc.nat(whole.length), { maxLength: 8 })
        .map(cuts => [0, ...cuts.sort((a, b) => a - b), whole.length])
        .map(ends => ends.slice(1).map((end, at) => whole.slice(ends[at], end))),
    );
    return fc
      .tuple(fc.array(pieces, { minLength: 1, maxLength: 3 }), fc.infiniteStream(fc.nat(2)))
      .map(([channels, turns]) => ({
        secrets: Object.fromEntries(values.map((value, at) => [`S${at}`, value])),
        pieces: interleaved(channels, turns),
      }));
  });

function interleaved(
  channels: readonly (readonly string[])[],
  turns: Iterator<number>,
): SplitTexts['pieces'] {
  const waiting = channels.map((texts, channel) => texts.map(text => ({ channel, text })));
  const said: { channel: number; text: string }[] = [];
  while (waiting.some(texts => texts.length > 0)) {
    const turn = turns.next().value as number;
    const open = waiting.filter(texts => texts.length > 0);
    said.push(open[turn % open.length]!.shift()!);
  }
  return said;
}

/** The text of each channel, in one piece. */
export function joinedTexts(
  pieces: Iterable<{ readonly channel: number; readonly text: string }>,
): Map<number, string> {
  const texts = new Map<number, string>();
  for (const { channel, text } of pieces) texts.set(channel, (texts.get(channel) ?? '') + text);
  return texts;
}
