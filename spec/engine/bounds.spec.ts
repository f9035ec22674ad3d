import { describe, expect, it } from '@jest/globals';
import { createEngine } from '../../src/engine/create-engine.ts';
import { isNotice } from '../../src/event/notice.ts';
import type { RunContext } from '../../src/run/context.ts';
import { thrownBy } from '../support/code-of.ts';
import { broken, collect } from '../support/collect.ts';
import { settle, until } from '../support/settle.ts';
import { Floodgate, slowBackend } from '../support/slow-backend.ts';

async function context(engine: ReturnType<typeof createEngine>, id = 'run') {
  let ctx!: RunContext;
  let finish!: () => void;
  const run = await engine.start(
    given => {
      ctx = given;
      return new Promise<void>(resolve => (finish = resolve));
    },
    { id },
  );
  await until(() => finish !== undefined);
  return { ctx, run, finish };
}

describe('what a run may hold', () => {
  it('keeps so many events, and tells readers what went', async () => {
    const engine = createEngine({ limits: { keptEvents: 64 }, window: 8 });
    const { ctx, run, finish } = await context(engine);
    const slow = run[Symbol.asyncIterator]();
    for (let at = 0; at < 5_000; at++) ctx.token('x');
    finish();
    await run.result;
    const late = collect(run);
    expect(broken(late)).toBeUndefined();
    expect([late.notices, late.seqs.length]).toEqual([
      [{ notice: 'gap', runId: 'run', reason: 'trimmed', from: 1, to: 4_938, cursor: expect.anything() }],
      64,
    ]);
    const pulled: unknown[] = [];
    for await (const item of slow) pulled.push(item);
    expect(pulled).toEqual(late.items);
  });

  it.each<[string, (ctx: RunContext) => unknown, number]>([
    ['tokens', ctx => ctx.token('x'.repeat(2_000)), 1],
    ['answers', ctx => ctx.warn('x'.repeat(2_000)), 1],
    ['metadata', ctx => ctx.token('x', { metadata: { text: 'x'.repeat(2_000) } }), 1],
  ])('keeps so many bytes of %s', async (_, say) => {
    const engine = createEngine({ limits: { keptBytes: 64 * 1_024 } });
    const { ctx, run, finish } = await context(engine);
    for (let at = 0; at < 200; at++) say(ctx);
    finish();
    await run.result;
    const { events } = collect(engine.events('run'));
    expect(events.length).toBeLessThan(40);
    expect(events.length).toBeGreaterThan(10);
  });

  it('keeps no more bytes of what people are asked and answer', async () => {
    const engine = createEngine({ limits: { keptBytes: 64 * 1_024 } });
    const { ctx, run, finish } = await context(engine);
    for (let at = 0; at < 30; at++) {
      const answer = ctx.ask('x'.repeat(10_000));
      const asked = await engine.events.search('run', { filter: 'ask', query: 'askId', limit: 1_000 });
      const { askId } = (
        asked.items.findLast(item => !isNotice(item) && item.type === 'ask') as never as {
          data: { askId: string };
        }
      ).data;
      await engine.runs.answer('run', askId, { value: 'y'.repeat(10_000) });
      await answer;
    }
    finish();
    await run.result;
    expect(collect(engine.events('run')).events.length).toBeLessThan(20);
  });

  it('holds so many events for a slow backend, joins tokens, and then says that it is full', async () => {
    const gate = new Floodgate();
    const engine = createEngine({
      backend: slowBackend({ append: gate.pace }),
      limits: { mailbox: { events: 10, bytes: 1e6 } },
    });
    const { ctx, run, finish } = await context(engine);
    for (let at = 0; at < 1_000; at++) ctx.token(`${at},`, { messageId: 'm' });
    expect(thrownBy(() => ctx.step('no room'))).toBe('MAILBOX_FULL');
    ctx.token('joined', { messageId: 'm', finishReason: 'stop' });
    gate.open();
    await ctx.drained();
    ctx.step('room again');
    finish();
    await run.result;
    const { events } = collect(run);
    const text = events.flatMap(event => (event.type === 'token' ? [event.data.content] : [])).join('');
    expect(text).toBe(`${Array.from({ length: 1_000 }, (_, at) => `${at},`).join('')}joined`);
    expect(events.filter(({ type }) => type === 'token').length).toBeLessThanOrEqual(11);
  });

  it('takes an event as large as the limit into a mailbox that is smaller', async () => {
    const engine = createEngine({ limits: { eventBytes: 200_000, mailbox: { bytes: 1_024 } } });
    const { ctx, run, finish } = await context(engine);
    await ctx.emit('checkpoint', { name: 'large', data: 'x'.repeat(150_000) });
    finish();
    await run.result;
    expect(collect(run).types).toEqual(['started', 'checkpoint', 'complete']);
  });

  it('is the same for the producer and the others, however many readers never read', async () => {
    const gate = new Floodgate();
    const engine = createEngine({ backend: slowBackend({ read: gate.pace }), window: 4 });
    const { ctx, run, finish } = await context(engine);
    for (let at = 0; at < 10; at++) ctx.token('before');
    // Each of these waits for a page that does not come.
    const stuck = Array.from({ length: 50 }, () => collect(run));
    for (const iterator of Array.from({ length: 50 }, () => run[Symbol.asyncIterator]()))
      void iterator.next();
    const outcome = await ctx.emit('step', { name: 'after' });
    expect(outcome).toMatchObject({ outcome: 'stored', seq: 12 });
    finish();
    await run.result;
    expect(stuck.every(({ items }) => items.length === 0)).toBe(true);
    gate.open();
    await settle();
    await until(() => stuck.every(one => one.ended));
    expect(stuck.map(one => broken(one)).filter(wrong => wrong !== undefined)).toEqual([]);
  });
});
