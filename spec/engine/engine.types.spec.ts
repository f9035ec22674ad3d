import { describe, it } from '@jest/globals';
import { expectTypeOf } from 'expect-type';
import { filter, map, type Observable } from 'rxjs';
import * as z from 'zod';
import { defineEvents } from '../../src/event/define-events.ts';
import type { Notice } from '../../src/event/notice.ts';
import type { RunEvent } from '../../src/event/run-event.ts';
import { createEngine } from '../../src/engine/create-engine.ts';
import { defineAgent } from '../../src/engine/define-agent.ts';
import { onlyEvents } from '../../src/operators/only-events.ts';
import type { PulledObservable, Run } from '../../src/run/run-handle.ts';

const events = defineEvents({ 'custom:fraud': z.object({ score: z.number() }) });
type Mine = { readonly 'custom:fraud': { score: number } };

// Only their types are looked at; nothing here runs.
const ignored = (_: () => unknown): void => undefined;

describe('types, end to end', () => {
  it('go from the definition of events through the context to the events of a run', () => {
    ignored(async () => {
      const engine = createEngine({ events });
      const run = await engine.start(ctx => {
        ctx.custom('fraud', { score: 1 });
        // @ts-expect-error a score is a number
        ctx.custom('fraud', { score: 'high' });
        // @ts-expect-error there is no such type
        ctx.custom('theft', {});
        void ctx.emit('custom:fraud', { score: 1 });
        // @ts-expect-error only the engine says so
        void ctx.emit('complete', { durationMs: 1 });
      });
      run.subscribe(item => {
        if ('notice' in item) return expectTypeOf(item).toEqualTypeOf<Notice>();
        if (item.type === 'custom:fraud') expectTypeOf(item.data.score).toEqualTypeOf<number>();
        return undefined;
      });
      for await (const item of run) expectTypeOf(item).toEqualTypeOf<RunEvent<Mine> | Notice>();
      engine.feed().subscribe(event => expectTypeOf(event).toEqualTypeOf<RunEvent<Mine>>());
      const writer = await engine.open();
      writer.custom('fraud', { score: 1 });
      // @ts-expect-error a score is a number
      writer.custom('fraud', { score: 'high' });
    });
  });

  it('go from the schemas of an agent to its input, its output and the result of its runs', () => {
    ignored(async () => {
      const agent = defineAgent({
        ...{ name: 'sum', input: z.object({ of: z.array(z.number()) }), output: z.number() },
        run: (ctx, input) => {
          expectTypeOf(input).toEqualTypeOf<{ of: number[] }>();
          expectTypeOf(ctx.input).toEqualTypeOf<{ of: number[] }>();
          return input.of.length;
        },
      });
      const engine = createEngine({ agents: [agent] });
      const run = await engine.start(agent, { input: { of: [1] } });
      expectTypeOf(await run.result).toEqualTypeOf<number>();
      // @ts-expect-error the input is an object
      await engine.start(agent, { input: [1] });
      // @ts-expect-error a sum is a number
      defineAgent({ name: 'sum', output: z.number(), run: () => 'x' });
    });
  });

  it('are found without schemas too', () => {
    ignored(async () => {
      const engine = createEngine();
      expectTypeOf(await (await engine.start(async () => ({ a: 1 }))).result).toEqualTypeOf<{ a: number }>();
      expectTypeOf(await (await engine.start(() => 'x')).result).toEqualTypeOf<string>();
      expectTypeOf(await (await engine.start('by name')).result).toEqualTypeOf<unknown>();
      await engine.start(ctx => expectTypeOf(ctx.input).toEqualTypeOf<string>(), { input: 'hello' });
      const run = await engine.start(
        defineAgent({ name: 'a', run: async (_, input: { n: number }) => input.n }),
        {
          input: { n: 1 },
        },
      );
      expectTypeOf(run).toExtend<Run<number>>();
    });
  });

  it('go through any number of operators', () => {
    const check = (run: Run) => {
      const same = () => (source: Observable<RunEvent | Notice>) => source;
      const one = run.pipe(onlyEvents());
      expectTypeOf(one).toEqualTypeOf<PulledObservable<RunEvent>>();
      const six = run.pipe(
        onlyEvents(),
        filter(event => event.type === 'token'),
        map(event => event.data.content),
        map(text => text.length),
        map(length => length > 1),
        map(isLong => [isLong]),
      );
      expectTypeOf(six).toEqualTypeOf<PulledObservable<boolean[]>>();
      const nine = run.pipe(
        onlyEvents(),
        map(event => event.seq),
        map(n => String(n)),
        map(s => s.length),
        map(n => n + 1),
        map(n => `${n}`),
        map(s => [s]),
        map(list => list.length),
        map(n => n > 1),
      );
      expectTypeOf(nine).toEqualTypeOf<PulledObservable<boolean>>();
      const ten = run.pipe(same(), same(), same(), same(), same(), same(), same(), same(), same(), same());
      expectTypeOf(ten).toExtend<Observable<unknown>>();
      // @ts-expect-error a run gives events, not numbers
      run.pipe(map((n: number) => n));
      expectTypeOf(run.pipe()).toEqualTypeOf<Run>();
    };
    ignored(() => check);
  });
});
