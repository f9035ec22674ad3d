/**
 * The offered media type that an `Accept` header likes best: by weight, then in the order of the header, then in the
 * order of the offers. The first offer if the header is absent or none fits.
 */
export function preferred<Offer extends string>(
  accept: string | undefined,
  offers: readonly [Offer, ...Offer[]],
): Offer {
  for (const range of rangesOf(accept ?? '*/*')) {
    const offer = offers.find(type => fits(type, range));
    if (offer !== undefined) return offer;
  }
  return offers[0];
}

/** Whether an `Accept` header names a type itself, rather than by a star. */
export function names(accept: string | undefined, type: string): boolean {
  return rangesOf(accept ?? '').includes(type);
}

function rangesOf(accept: string): string[] {
  return accept
    .split(',')
    .map(part => {
      const [range = '', ...parameters] = part.split(';').map(text => text.trim().toLowerCase());
      const weight = parameters.find(parameter => parameter.startsWith('q='));
      return { range, weight: weight === undefined ? 1 : Number(weight.slice(2)) };
    })
    .filter(({ weight }) => weight > 0)
    .sort((a, b) => b.weight - a.weight)
    .map(({ range }) => range);
}

function fits(type: string, range: string): boolean {
  return range === '*/*' || range === type || (range.endsWith('/*') && type.startsWith(range.slice(0, -1)));
}
