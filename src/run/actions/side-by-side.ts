import { SluiceError } from '../../errors/sluice-error.ts';

/**
 * Does `work` for each item, so many at the same time, in their order. Resolves with the results in the order of the
 * items; rejects with the first failure, after which nothing more begins. Throws `BAD_OPTION`.
 */
export function sideBySide<Item, Result>(
  items: readonly Item[],
  concurrency: number | undefined,
  work: (item: Item) => PromiseLike<Result>,
): Promise<Result[]> {
  const width = checkWidth(concurrency);
  const results: Result[] = [];
  let next = 0;
  let hasFailed = false;
  const lane = async (): Promise<void> => {
    while (next < items.length && !hasFailed) {
      const at = next++;
      try {
        results[at] = await work(items[at]!);
      } catch (error) {
        hasFailed = true;
        throw error;
      }
    }
  };
  const lanes = Array.from({ length: Math.min(width, items.length) }, lane);
  return Promise.all(lanes).then(() => results);
}

/** Throws `BAD_OPTION`. */
export function checkWidth(concurrency: number | undefined): number {
  if (concurrency === undefined || concurrency === Infinity) return Infinity;
  if (Number.isSafeInteger(concurrency) && concurrency >= 1) return concurrency;
  throw new SluiceError(
    'BAD_OPTION',
    `concurrency: expected 1, 2, 3 … or Infinity, got ${String(concurrency)}.`,
  );
}
