import { describe, expect, it } from '@jest/globals';
import { createEngine } from '../../src/engine/create-engine.ts';
import { createHandler } from '../../src/http/create-handler.ts';

describe('an id that is used again', () => {
  it('shows nothing of the run that was erased, whoever still holds a stream of it', async () => {
    const engine = createEngine();
    const handle = createHandler(engine);
    const stream = (): Promise<Response> => handle(new Request('http://localhost/runs/a/events'));
    const ended = async (word: string): Promise<void> => {
      await (
        await engine.start(ctx => ctx.token(word), { id: 'a' })
      ).result;
    };
    await ended('former');
    // Takes nothing of its stream, as a client does whose socket is full.
    const stalled = await stream();
    expect(await (await stream()).text()).toContain('former');
    await engine.runs.delete('a');
    await ended('latter');
    const seen = await (await stream()).text();
    expect(seen).toContain('latter');
    expect(seen).not.toContain('former');
    await stalled.body?.cancel();
    await engine.close();
  });
});
