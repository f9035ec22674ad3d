import { describe, expect, it } from '@jest/globals';
import { expectTypeOf } from 'expect-type';
import * as z from 'zod';
import { defineEvents } from '../../src/event/define-events.ts';
import { createContext } from '../../src/run/queue-context.ts';
import { ManualClock } from '../../src/testing/manual-clock.ts';
import { thrownBy } from '../support/code-of.ts';

describe('a context without an engine', () => {
  it('collects what is emitted, numbered, until somebody drains it', async () => {
    const clock = new ManualClock(0);
    const context = createContext({ runId: 'r', clock });
    context.token('a');
    clock.advance(1_000);
    const outcome = await context.emit('step', { name: 's' }, { node: 'n' });
    expect(outcome).toEqual({ outcome: 'stored', seq: 2, cursor: 'q0.2.0' });
    expect(context.size).toBe(2);
    const common = { runId: 'r', tenantId: 'default', source: 'agent' };
    expect(context.drain()).toEqual([
      {
        ...common,
        id: 'q0.1.0',
        seq: 1,
        type: 'token',
        time: '1970-01-01T00:00:00.000Z',
        data: { content: 'a' },
      },
      {
        ...{ ...common, id: 'q0.2.0', seq: 2, type: 'step', time: '1970-01-01T00:00:01.000Z' },
        ...{ data: { name: 's' }, node: 'n' },
      },
    ]);
    expect([context.size, context.drain()]).toEqual([0, []]);
    context.token('b');
    expect(context.drain().map(({ seq }) => seq)).toEqual([3]);
  });

  it('keeps what its filter passes', async () => {
    const context = createContext({ filter: 'token' });
    context.step('s');
    expect(await context.checkpoint('c', 1)).toEqual({ outcome: 'skipped' });
    context.token('t');
    context.warn('lifecycle always passes');
    expect(context.drain().map(({ type }) => type)).toEqual(['token', 'error']);
  });

  it('is bounded', () => {
    const context = createContext({ capacity: 2 });
    context.step('a');
    context.step('b');
    expect(thrownBy(() => context.step('c'))).toBe('MAILBOX_FULL');
    expect(context.drain()).toHaveLength(2);
    context.step('c');
  });

  it('refuses options that cannot be', () => {
    expect(thrownBy(() => createContext({ filter: 'nonsense' }))).toBe('BAD_FILTER');
    expect(thrownBy(() => createContext({ runId: '../x' }))).toBe('BAD_ID');
    for (const capacity of [0, -1, 1.5, Number.NaN, Infinity]) {
      expect(thrownBy(() => createContext({ capacity }))).toBe('BAD_OPTION');
    }
  });

  it('speaks declared types', () => {
    const events = defineEvents({ 'custom:fraud': z.object({ score: z.number() }) });
    const context = createContext({ events });
    context.custom('fraud', { score: 1 });
    // @ts-expect-error a score is a number
    expect(thrownBy(() => context.custom('fraud', { score: 'x' }))).toBe('BAD_EVENT');
    for (const event of context.drain()) {
      if (event.type === 'custom:fraud') expectTypeOf(event.data.score).toEqualTypeOf<number>();
    }
  });
});
