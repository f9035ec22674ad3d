import type { KnownSecrets } from '../../src/index.ts';
import type { Provider } from './published-secrets.ts';

/** How well the rules do with what one provider issues. */
export interface Recall {
  readonly name: string;
  readonly positives: number;
  readonly found: number;
  readonly negatives: number;
  /** Names of texts that were touched, and should not have been. */
  readonly touched: readonly string[];
}

/** So many characters of the second half of a secret in a row give it away. */
const SHOWN = 10;

/** Names of rules hold words that bad passwords are made of. */
const MARK = /<secret:[\w-]+>/g;

export function recallOf({ name, positives, negatives }: Provider, known: KnownSecrets): Recall {
  return {
    name,
    positives: positives.length,
    found: positives.filter(({ text, secret }) => isHidden(known.mask(text).replaceAll(MARK, ''), secret))
      .length,
    negatives: negatives.length,
    touched: negatives.filter(({ text }) => known.finds(text)).map(each => `${name}/${each.name}`),
  };
}

/** Nothing of its second half is left; what it begins with says only whose it is. */
function isHidden(masked: string, secret: string): boolean {
  if (masked.includes(secret)) return false;
  const rest = secret.slice(secret.length >> 1);
  for (let at = 0; at + SHOWN <= rest.length; at++)
    if (masked.includes(rest.slice(at, at + SHOWN))) return false;
  return true;
}

/** All of them together. */
export function total(recalls: readonly Recall[]): Recall {
  const sum = (of: 'positives' | 'found' | 'negatives'): number =>
    recalls.reduce((all, each) => all + each[of], 0);
  return {
    name: 'all',
    ...{ positives: sum('positives'), found: sum('found'), negatives: sum('negatives') },
    touched: recalls.flatMap(({ touched }) => touched),
  };
}
