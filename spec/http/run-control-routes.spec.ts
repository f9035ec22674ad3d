import { describe, expect, it } from '@jest/globals';
import { ADAPTERS, posted } from './adapters.ts';
import { eventually } from './eventually.ts';
import { expectProblem } from './expect-problem.ts';
import { httpLab } from './http-lab.ts';
import { jsonOf } from './json-of.ts';

describe.each(Object.entries(ADAPTERS))('control of a run, through a %s', (_, serve) => {
  const lab = httpLab(serve);

  it('cancels: asked, done, too late', async () => {
    const run = await lab.engine.start('wait', { id: 'w' });
    const asked = await lab.fetch('/runs/w/cancel', posted({ reason: 'enough' }));
    expect(asked.status).toBe(202);
    await run.result.catch(() => undefined);
    expect((await lab.fetch('/runs/w/cancel', { method: 'POST' })).status).toBe(200);
    await lab.ended('a');
    await expectProblem(await lab.fetch('/runs/a/cancel', posted({})), 409, 'RUN_ENDED');
    await expectProblem(await lab.fetch('/runs/nobody/cancel', posted({})), 404, 'RUN_NOT_FOUND');
    await expectProblem(await lab.fetch('/runs/a/cancel', posted({ why: 1 })), 400, 'BAD_REQUEST');
  });

  it('deletes: a live run is stopped, an ended one erased', async () => {
    const run = await lab.engine.start('wait', { id: 'w' });
    expect((await lab.fetch('/runs/w', { method: 'DELETE' })).status).toBe(202);
    await run.result.catch(() => undefined);
    const erased = await lab.fetch('/runs/w', { method: 'DELETE' });
    expect(erased.status).toBe(204);
    expect(await erased.text()).toBe('');
    await expectProblem(await lab.fetch('/runs/w', { method: 'DELETE' }), 404, 'RUN_NOT_FOUND');
  });

  it('answers questions', async () => {
    const run = await lab.engine.start('ask', { id: 'q' });
    await eventually(() => run.status === 'waiting');
    const { askId } = (
      (await lab.engine.events.latestOf('q', event => event.type === 'ask')) as { data: { askId: string } }
    ).data;
    const answer = (body: object): Promise<Response> => lab.fetch('/runs/q/answers', posted(body));
    await expectProblem(await answer({ askId: 'no', value: true }), 404, 'ASK_NOT_FOUND');
    await expectProblem(await answer({ askId, value: 'perhaps' }), 400, 'BAD_ANSWER');
    await expectProblem(await answer({ askId }), 400, 'BAD_REQUEST');
    expect((await answer({ askId, value: true, by: 'ada' })).status).toBe(202);
    expect(await run.result).toBe(true);
    await expectProblem(await answer({ askId, value: true }), 409, 'RUN_ENDED');
  });

  it('tells the offset', async () => {
    await lab.ended('a');
    const latest = await lab.engine.events.latest('a');
    expect(await jsonOf(await lab.fetch('/runs/a/offset'))).toEqual({
      seq: 4,
      cursor: latest!.id,
      status: 'completed',
    });
    await expectProblem(await lab.fetch('/runs/nobody/offset'), 404, 'RUN_NOT_FOUND');
  });
});
