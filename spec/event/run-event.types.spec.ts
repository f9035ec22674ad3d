import { describe, it } from '@jest/globals';
import { expectTypeOf } from 'expect-type';
import * as z from 'zod';
import { defineEvents, type CustomOf, type EventDefinitions } from '../../src/event/define-events.ts';
import type { EventFilter, FilterSpec } from '../../src/event/filter.ts';
import type { JsonObject } from '../../src/event/json.ts';
import type { EventOf, RunEvent } from '../../src/event/run-event.ts';

const events = defineEvents({
  'custom:fraud': z.object({ score: z.number() }),
  'custom:paid': z.object({ by: z.string() }),
});
type Mine = RunEvent<CustomOf<typeof events>>;

describe('the types of events', () => {
  it('narrow data by type', () => {
    const read = (event: RunEvent) => {
      if (event.type === 'token') {
        expectTypeOf(event.data.content).toEqualTypeOf<string>();
        expectTypeOf(event.data.messageId).toEqualTypeOf<string | undefined>();
      } else if (event.type === 'node.failed') {
        expectTypeOf(event.data.willRetry).toEqualTypeOf<boolean>();
      } else if (event.type === 'status') {
        expectTypeOf(event.data.status).toEqualTypeOf<
          'accepted' | 'running' | 'waiting' | 'completed' | 'failed' | 'cancelled'
        >();
      } else if (event.type === 'custom:anything') {
        expectTypeOf(event.data).toEqualTypeOf<JsonObject>();
      }
      // @ts-expect-error there is no such type
      return event.type === 'tokens';
    };
    expectTypeOf(read).returns.toEqualTypeOf<boolean>();
  });

  it('narrow declared custom data', () => {
    const read = (event: Mine) => {
      if (event.type === 'custom:fraud') expectTypeOf(event.data).toEqualTypeOf<{ score: number }>();
      if (event.type === 'custom:paid') expectTypeOf(event.data.by).toEqualTypeOf<string>();
      if (event.type === 'token') expectTypeOf(event.data.content).toEqualTypeOf<string>();
      // @ts-expect-error not declared
      return event.type === 'custom:other';
    };
    expectTypeOf(read).returns.toEqualTypeOf<boolean>();
    expectTypeOf<EventOf<'token'>['data']['content']>().toEqualTypeOf<string>();
    expectTypeOf<EventOf<'custom:fraud', CustomOf<typeof events>>['data']>().toEqualTypeOf<{
      score: number;
    }>();
    expectTypeOf<EventOf<'custom:any'>['data']>().toEqualTypeOf<JsonObject>();
  });

  it('are read-only', () => {
    const write = (event: EventOf<'token'>) => {
      // @ts-expect-error events never change
      event.seq = 1;
    };
    expectTypeOf(write).returns.toEqualTypeOf<void>();
  });

  it('let any definitions stand where definitions are taken, and names be written freely in filters', () => {
    expectTypeOf(events).toExtend<EventDefinitions>();
    expectTypeOf<'chat' | 'node.*' | 'custom:x' | 'token,step' | readonly string[]>().toExtend<FilterSpec>();
    expectTypeOf<EventFilter['passes']>().toEqualTypeOf<(type: string) => boolean>();
    // @ts-expect-error the name lacks custom:
    const wrong = () => defineEvents({ fraud: z.object({}) });
    expectTypeOf(wrong).toBeFunction();
  });
});
