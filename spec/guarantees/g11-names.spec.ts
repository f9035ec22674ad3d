import { describe, expect, it } from '@jest/globals';
import { createEngine } from '../../src/engine/create-engine.ts';
import type { Engine } from '../../src/engine/engine.ts';
import { messageOf } from '../../src/errors/error-text.ts';
import { createHandler } from '../../src/http/create-handler.ts';
import type { RunContext } from '../../src/run/context.ts';
import { posted } from '../http/adapters.ts';
import { codeOf } from '../support/code-of.ts';

// Made of parts, so that nobody takes it for a real one; it can be an id, a name of a type and of a node.
const SECRET = ['pass', 'phrase', '4711'].join('-');

function engineWith(): Engine {
  return createEngine({ secrets: { WORD: SECRET }, grace: 0 });
}

async function textOf(call: () => unknown): Promise<string> {
  try {
    await call();
  } catch (error) {
    return messageOf(error);
  }
  return '';
}

describe('G11: a secret in what is shown as it is', () => {
  it.each([
    ['id', 'BAD_ID'],
    ['tenantId', 'BAD_ID'],
    ['threadId', 'BAD_ID'],
    ['parentId', 'BAD_ID'],
    ['idempotencyKey', 'BAD_OPTION'],
  ])('as %s is refused, and not told', async (option, code) => {
    const engine = engineWith();
    for (const value of [SECRET, `a.${SECRET}.b`]) {
      const start = () => engine.start(() => 1, { [option]: value });
      const open = () => engine.open({ [option]: value });
      expect([await codeOf(start), await codeOf(open)]).toEqual([code, code]);
      expect(await textOf(start)).not.toContain(SECRET);
    }
    expect((await engine.runs.list()).runs).toEqual([]);
    await engine.close();
  });

  it.each<[string, (ctx: RunContext) => unknown]>([
    ['a node of an event', ctx => ctx.token('x', { node: `plan/${SECRET}` })],
    ['a node over two steps', ctx => ctx.token('x', { node: SECRET.replace('-', '/') })],
    ['a custom type', ctx => ctx.custom(SECRET, {})],
    ['a step', ctx => ctx.node(SECRET, () => 1)],
    ['a node of a wave', ctx => ctx.wave({ [SECRET]: () => 1 })],
  ])('as %s is refused, and not told', async (_, say) => {
    const engine = createEngine({ secrets: { WORD: SECRET, PATH: SECRET.replace('-', '/') }, grace: 0 });
    const seen: unknown[] = [];
    engine.feed().subscribe(event => seen.push(event));
    let thrown: unknown;
    const run = await engine.start(async ctx => {
      try {
        await say(ctx);
      } catch (error) {
        thrown = error;
        throw error;
      }
    });
    const text = await textOf(() => run.result);
    expect(await codeOf(() => Promise.reject(thrown as Error))).toBe('BAD_EVENT');
    for (const told of [text, messageOf(thrown), JSON.stringify(seen)])
      expect(told).not.toContain('phrase-4711');
    await engine.close();
  });

  it('is refused over HTTP, and not told, however it is asked for', async () => {
    const engine = engineWith();
    const handle = createHandler(engine);
    await engine.open({ id: 'mine' });
    const ask = async (path: string, init?: RequestInit): Promise<[number, string]> => {
      const answer = await handle(new Request(`http://localhost${path}`, init));
      return [answer.status, await answer.text()];
    };
    const append = (event: object): RequestInit => posted({ events: [event] });
    const answers = [
      await ask('/runs', posted({ id: SECRET })),
      await ask('/runs', posted({ id: `/${SECRET}` })),
      await ask('/runs', posted({ threadId: SECRET })),
      await ask('/runs', posted({ idempotencyKey: SECRET })),
      await ask('/runs', posted({ agent: SECRET })),
      await ask('/runs', posted({ [SECRET]: 1 })),
      await ask('/runs/mine/events', append({ type: `custom:${SECRET}`, data: {} })),
      await ask('/runs/mine/events', append({ type: SECRET, data: {} })),
      await ask('/runs/mine/events', append({ type: 'token', data: { content: 'x' }, node: SECRET })),
      await ask('/runs/mine/events', append({ type: 'token', data: { content: 'x' }, node: `/${SECRET}` })),
      await ask('/runs/mine/events', append({ type: 'token', data: { content: 'x' }, [SECRET]: 1 })),
      await ask(`/runs/${SECRET}`),
      await ask(`/runs/${SECRET}/events?after=${SECRET}`),
      await ask(`/runs/mine/events?after=${SECRET}`),
      await ask(`/runs/mine/events?filter=${SECRET}`),
      await ask(`/invoke/${SECRET}`, posted({})),
    ];
    for (const [status, text] of answers) {
      expect(status).toBeGreaterThanOrEqual(400);
      expect(status).toBeLessThan(500);
      expect(text).not.toContain(SECRET);
    }
    await engine.close();
  });
});
