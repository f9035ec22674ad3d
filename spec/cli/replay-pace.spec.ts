import { describe, expect, it } from '@jest/globals';
import { paced } from '../../src/cli/replay-pace.ts';
import type { AnyItem } from '../../src/cli/run-printer.ts';

async function* stored(...times: readonly (number | 'gap')[]): AsyncGenerator<AnyItem> {
  for (const time of times) {
    yield (time === 'gap'
      ? { notice: 'gap' }
      : { seq: 1, time: new Date(time).toISOString(), type: 'step' }) as unknown as AnyItem;
  }
}

async function pauses(items: AsyncIterable<AnyItem>, speed: number): Promise<(number | string)[]> {
  const seen: (number | string)[] = [];
  const wait = async (ms: number): Promise<void> => void seen.push(ms);
  for await (const item of paced(items, { speed, wait })) seen.push('notice' in item ? 'gap' : 'event');
  return seen;
}

describe('a replay', () => {
  it('waits as long as it was, divided by the speed, in front of each event', async () => {
    expect(await pauses(stored(0, 1_000, 1_000, 'gap', 5_000), 4)).toEqual([
      ...['event', 250, 'event', 'event', 'gap', 1_000, 'event'],
    ]);
  });

  it('waits for nothing at full speed', async () => {
    expect(await pauses(stored(0, 1e9), Infinity)).toEqual(['event', 'event']);
  });
});
