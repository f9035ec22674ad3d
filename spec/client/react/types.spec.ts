import { describe, it } from '@jest/globals';
import { expectTypeOf } from 'expect-type';
import * as z from 'zod';
import type { CustomOf, RunEvent } from '../../../src/client/index.ts';
import { useRun, type LiveRun } from '../../../src/client/react/index.ts';
import { defineEvents } from '../../../src/event/define-events.ts';

const events = defineEvents({ 'custom:fraud': z.object({ score: z.number() }) });
type Custom = CustomOf<typeof events>;

describe('the types of a live run', () => {
  it('know the custom events of the server', () => {
    expectTypeOf(events).not.toBeAny();
    expectTypeOf(useRun<Custom>).returns.toEqualTypeOf<LiveRun<Custom>>();
    expectTypeOf<LiveRun<Custom>['events']>().toEqualTypeOf<readonly RunEvent<Custom>[]>();
    expectTypeOf<LiveRun<Custom>['state']['customs'][number]['data']>().toEqualTypeOf<{ score: number }>();
  });

  it('know what went wrong', () => {
    expectTypeOf<Awaited<ReturnType<LiveRun['cancel']>>>().toEqualTypeOf<LiveRun['error']>();
    // @ts-expect-error: an event of React is no reason.
    expectTypeOf<LiveRun['cancel']>().toBeCallableWith({ type: 'click' });
  });
});
