import { describe, it } from '@jest/globals';
import { expectTypeOf } from 'expect-type';
import { backpressure, createEngine, onlyEvents, type Notice, type RunEvent } from '../../src/index.ts';

async function show(item: RunEvent | Notice): Promise<number> {
  return Promise.resolve('seq' in item ? item.seq : 0);
}

describe('the types of backpressure', () => {
  it('take a function that was written for every item of a run', async () => {
    const engine = createEngine();
    const run = await engine.start(() => 'done');
    expectTypeOf(run.pipe(backpressure(show, { overflow: 'error' }))).toExtend<AsyncIterable<number>>();
    const events = run.pipe(onlyEvents(), backpressure(show, { overflow: 'drop-oldest' }));
    expectTypeOf(events).toExtend<AsyncIterable<number>>();
    await engine.close();
  });
});
