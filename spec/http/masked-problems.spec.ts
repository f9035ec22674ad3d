import { describe, expect, it } from '@jest/globals';
import * as z from 'zod';
import { createEngine } from '../../src/engine/create-engine.ts';
import { defineAgent } from '../../src/engine/define-agent.ts';
import { createHandler } from '../../src/http/create-handler.ts';
import { posted } from './adapters.ts';

const SECRET = ['pass', 'phrase', '4711'].join('-');

const agents = [
  defineAgent({ name: 'guarded', input: z.object({ word: z.literal(SECRET) }), run: () => 1 }),
  defineAgent({
    name: 'broken',
    input: z.string().refine(() => {
      throw new Error(`no answer to ${SECRET}`);
    }),
    run: () => 1,
  }),
  defineAgent({ name: 'asking', run: ctx => ctx.ask('Word?', { schema: z.literal(SECRET) }) }),
];

describe('a problem document', () => {
  it.each([
    ['a schema that expects a secret', 'guarded', { word: 'x' }],
    ['a schema that throws one', 'broken', 'x'],
  ])('tells no secret of %s', async (_, agent, input) => {
    const engine = createEngine({ agents, secrets: { WORD: SECRET } });
    const handle = createHandler(engine);
    const answer = await handle(new Request(`http://localhost/invoke/${agent}`, posted({ input })));
    const text = await answer.text();
    expect([answer.status, text.includes('<secret:WORD>'), text.includes(SECRET)]).toEqual([
      400,
      true,
      false,
    ]);
    expect(JSON.parse(text)).toMatchObject({ code: 'BAD_INPUT' });
    await engine.close();
  });

  it('tells no secret of what an answer had to be', async () => {
    const engine = createEngine({ agents, secrets: { WORD: SECRET }, grace: 0 });
    const handle = createHandler(engine);
    const run = await engine.start('asking', { id: 'a' });
    const event = await engine.events.get(run.id, 2);
    const { askId } = event!.data as { askId: string };
    const request = new Request('http://localhost/runs/a/answers', posted({ askId, value: 'x' }));
    const answer = await handle(request);
    const text = await answer.text();
    expect([answer.status, text.includes('<secret:WORD>'), text.includes(SECRET)]).toEqual([
      400,
      true,
      false,
    ]);
    await engine.close();
  });
});
