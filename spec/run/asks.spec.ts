import { describe, expect, it } from '@jest/globals';
import * as z from 'zod';
import { codeOf, thrownBy } from '../support/code-of.ts';
import { collect } from '../support/collect.ts';
import { runLab, type LabOptions } from '../support/run-lab.ts';
import { settle } from '../support/settle.ts';
import { Floodgate } from '../support/slow-backend.ts';

const anything = (value: unknown) => value as never;

function asking(options: LabOptions = {}) {
  const lab = runLab(options);
  const seen = collect(lab.run);
  lab.actor.begin({}, 0);
  const askIds = () =>
    seen.events.flatMap(event => (event.type === 'ask' ? [(event.data as { askId: string }).askId] : []));
  return { ...lab, seen, askIds };
}

describe('ctx.ask', () => {
  it('waits for an answer: status waiting, then running', async () => {
    const { context, actor, run, seen, askIds } = asking();
    const answer = context.ask('Send it?');
    expect(run.status).toBe('waiting');
    actor.work.answer(askIds()[0]!, true, { by: 'ann' });
    expect(await answer).toBe(true);
    expect(run.status).toBe('running');
    expect(seen.events.map(({ type, data, source }) => [type, data, source])).toEqual([
      ['started', {}, 'runtime'],
      ['ask', { askId: askIds()[0], question: 'Send it?' }, 'runtime'],
      ['status', { status: 'waiting' }, 'runtime'],
      ['answer', { askId: askIds()[0], value: true, by: 'ann' }, 'user'],
      ['status', { status: 'running' }, 'runtime'],
    ]);
  });

  it('waits for all questions, also one that is asked when another is told', async () => {
    const { context, actor, run, askIds } = asking();
    let second: Promise<unknown> | undefined;
    run.subscribe(item => {
      if ('type' in item && item.type === 'ask') second ??= context.ask('And this?');
    });
    const first = context.ask('Send it?');
    expect(run.status).toBe('waiting');
    actor.work.answer(askIds()[0]!, 1, undefined);
    expect([await first, run.status]).toEqual([1, 'waiting']);
    actor.work.answer(askIds()[1]!, 2, undefined);
    expect([await second, run.status]).toEqual([2, 'running']);
  });

  it('tells the schema of what may go in, and gives the agent what comes out', async () => {
    const { context, actor, seen, askIds } = asking();
    const schema = z.object({ at: z.string().transform(text => new Date(text)) });
    const answer = context.ask('When?', { schema });
    const asked = seen.events[1]!.data as { schema: { properties: object } };
    expect(asked.schema.properties).toEqual({ at: { type: 'string' } });
    actor.work.answer(askIds()[0]!, { at: '2030-01-01T00:00:00Z' }, undefined);
    expect((await answer).at).toEqual(new Date('2030-01-01T00:00:00Z'));
    expect(seen.events[3]!.data).toEqual({ askId: askIds()[0], value: { at: '2030-01-01T00:00:00Z' } });
  });

  it('shares no answer between the agent, the event and whoever gave it', async () => {
    const { context, actor, seen, askIds } = asking();
    const answer = context.ask<{ list: number[] }>('Which?');
    const given = { list: [1] };
    actor.work.answer(askIds()[0]!, given, undefined);
    given.list.push(2);
    (await answer).list.push(3);
    expect((seen.events[3]!.data as { value: unknown }).value).toEqual({ list: [1] });
  });

  it.each<[string, unknown, unknown]>([
    ['does not match', 'no', undefined],
    ['is no JSON', () => 1, undefined],
    ['is a cycle', anything(cyclic()), undefined],
    ['is too large', 'x'.repeat(300_000), undefined],
    ['comes from nobody that can be named', 1, 5],
  ])('refuses an answer that %s, and stays open', async (_, value, by) => {
    const { context, actor, askIds } = asking();
    const answer = context.ask('How many?', { schema: z.int() });
    const given = () => actor.work.answer(askIds()[0]!, value, { by: anything(by) });
    expect(thrownBy(given)).toBe('BAD_ANSWER');
    actor.work.answer(askIds()[0]!, 3, undefined);
    expect(await answer).toBe(3);
  });

  it('knows no other questions, and each once', async () => {
    const { context, actor, askIds } = asking();
    expect(thrownBy(() => actor.work.answer('nope', 1, undefined))).toBe('ASK_NOT_FOUND');
    void context.ask('?');
    expect(thrownBy(() => actor.work.answer(anything({}), 1, undefined))).toBe('ASK_NOT_FOUND');
    actor.work.answer(askIds()[0]!, 1, undefined);
    expect(thrownBy(() => actor.work.answer(askIds()[0]!, 1, undefined))).toBe('ASK_NOT_FOUND');
  });

  it('rejects in time where nobody answers, and goes on', async () => {
    const { context, clock, run, sweep } = asking();
    const answer = context.ask('?', { timeout: 1_000 });
    clock.advance(900);
    expect(run.status).toBe('waiting');
    clock.advance(200);
    expect(await codeOf(() => answer)).toBe('ASK_TIMEOUT');
    expect([run.status, sweep.size]).toEqual(['running', 0]);
  });

  it.each([false, null, 0, '', { a: 1 }])('takes the default %j instead', async fallback => {
    const { context, clock, seen } = asking();
    const answer = context.ask<unknown>('?', { timeout: 1_000, default: fallback });
    clock.advance(2_000);
    expect(await answer).toEqual(fallback);
    const event = seen.events.find(({ type }) => type === 'answer');
    expect(event).toMatchObject({ data: { value: fallback, by: 'default' }, source: 'runtime' });
  });

  it('records a default behind its question, however slow the log is', async () => {
    const gate = new Floodgate();
    const { context, clock, seen } = asking({ append: gate.pace });
    for (let at = 0; at < 10; at++) context.token('x');
    const answer = context.ask('?', { timeout: 10, default: 'yes' });
    clock.advance(1_000);
    expect(await answer).toBe('yes');
    gate.open();
    await context.drained();
    expect(seen.types.slice(-4)).toEqual(['ask', 'status', 'answer', 'status']);
  });

  it('lets an answer from outside go ahead of what the agent says meanwhile', async () => {
    const gate = new Floodgate();
    gate.open();
    const held = new Floodgate();
    let isHeld = false;
    const { context, actor, seen, askIds } = asking({
      append: work => (isHeld ? held.pace(work) : gate.pace(work)),
    });
    void context.ask('?');
    isHeld = true;
    for (let at = 0; at < 300; at++) context.token('x');
    actor.work.answer(askIds()[0]!, 1, undefined);
    held.open();
    await context.drained();
    expect(seen.types.indexOf('answer')).toBe(4);
  });

  it('waits for several people at once, until the last has answered', async () => {
    const { context, actor, run, askIds, seen } = asking();
    const both = Promise.all([context.ask('a'), context.ask('b')]);
    const [first, second] = askIds();
    actor.work.answer(second!, 'B', undefined);
    expect(run.status).toBe('waiting');
    actor.work.answer(first!, 'A', undefined);
    expect([await both, run.status]).toEqual([['A', 'B'], 'running']);
    expect(seen.types.filter(type => type === 'status')).toHaveLength(2);
  });

  it('rejects open and new questions when the run stops, and nobody must listen', async () => {
    const { context, actor, run, sweep, clock } = asking();
    const open = context.ask('a', { timeout: 60_000 });
    void context.ask('unheard');
    actor.stopping.request({ end: 'cancelled', reason: 'enough' });
    expect([await codeOf(() => open), await codeOf(() => context.ask('b'))]).toEqual([
      'RUN_CANCELLED',
      'RUN_CANCELLED',
    ]);
    void context.ask('unheard');
    await settle();
    expect(run.status).toBe('waiting');
    clock.advance(10_000);
    expect([run.status, sweep.size]).toEqual(['cancelled', 0]);
    expect(await codeOf(() => context.ask('c'))).toBe('RUN_CANCELLED');
  });

  it('rejects what is open when the agent returns without its answer', async () => {
    const { context, actor } = asking();
    const open = context.ask('a');
    actor.end.complete('done');
    expect([await codeOf(() => open), await codeOf(() => context.ask('b'))]).toEqual([
      'RUN_ENDED',
      'RUN_ENDED',
    ]);
  });

  it.each<[string, unknown, object, string]>([
    ['question that is no text', 5, {}, 'BAD_EVENT'],
    ['question too large for an event', 'x'.repeat(300_000), {}, 'EVENT_TOO_LARGE'],
    ['time-out that is no number', '?', { timeout: '1s' }, 'BAD_OPTION'],
    ['time-out before now', '?', { timeout: -1 }, 'BAD_OPTION'],
    ['time-out that never comes', '?', { timeout: Infinity }, 'BAD_OPTION'],
    ['schema that is plain JSON Schema', '?', { schema: { type: 'string' } }, 'BAD_OPTION'],
    ['schema that is null', '?', { schema: null }, 'BAD_OPTION'],
    ['default that is no JSON', '?', { timeout: 1, default: () => 1 }, 'BAD_EVENT'],
  ])('refuses a %s, and asks nothing', async (_, question, options, code) => {
    const { context, run, sweep, seen } = asking();
    expect(await codeOf(() => context.ask(anything(question), options))).toBe(code);
    expect([run.status, sweep.size, seen.types]).toEqual(['running', 0, ['started']]);
  });
});

function cyclic(): object {
  const data: { self?: object } = {};
  data.self = data;
  return data;
}
