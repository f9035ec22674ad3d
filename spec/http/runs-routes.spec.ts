import { describe, expect, it } from '@jest/globals';
import { ADAPTERS, posted } from './adapters.ts';
import { expectProblem } from './expect-problem.ts';
import { httpLab } from './http-lab.ts';
import { jsonOf } from './json-of.ts';
import { servedEngine } from './served-agents.ts';
import { dataFramesOf } from './sse-frames.ts';

describe.each(Object.entries(ADAPTERS))('runs, through a %s', (_, serve) => {
  const lab = httpLab(serve);

  it('accepts a run, and the same run for the same key', async () => {
    const first = await lab.fetch('/runs', posted({ agent: 'greet', input: 1, idempotencyKey: 'k' }));
    expect(first.status).toBe(202);
    const { runId, eventsUrl } = await jsonOf<{ runId: string; eventsUrl: string }>(first);
    expect(first.headers.get('location')).toBe(`/runs/${runId}`);
    expect(eventsUrl).toBe(`/runs/${runId}/events`);
    const again = await lab.fetch('/runs', posted({ agent: 'greet', input: 1 }, { 'idempotency-key': 'k' }));
    expect(again.status).toBe(202);
    expect(await jsonOf(again)).toMatchObject({ runId });
    await expectProblem(
      await lab.fetch('/runs', posted({ agent: 'greet', input: 2, idempotencyKey: 'k' })),
      422,
      'IDEMPOTENCY_CONFLICT',
    );
    await expectProblem(
      await lab.fetch('/runs', posted({ agent: 'greet', idempotencyKey: 'k' }, { 'idempotency-key': 'l' })),
      400,
      'BAD_REQUEST',
    );
  });

  it('refuses a run beyond the limit and after closing', async () => {
    const small = servedEngine({ limits: { liveRuns: 1 } });
    const tight = await serve(small);
    await tight.fetch('/runs', posted({ agent: 'wait' }));
    const full = await tight.fetch('/runs', posted({ agent: 'wait' }));
    expect(full.headers.get('retry-after')).toBe('1');
    await expectProblem(full, 503, 'TOO_MANY_RUNS');
    await small.close();
    await expectProblem(await tight.fetch('/runs', posted({ agent: 'wait' })), 503, 'ENGINE_CLOSED');
    await expectProblem(await tight.fetch('/runs/x'), 503, 'STORAGE_LOST');
    await tight.close();
  });

  it('lists runs, newest first, page by page, by label, thread and status', async () => {
    await lab.ended('a', { labels: { team: 'x' }, threadId: 't' });
    await lab.ended('b', { labels: { team: 'x', stage: 'dev' } });
    await lab.fetch('/runs', posted({ agent: 'wait', id: 'c' }));
    const ids = async (query: string): Promise<{ ids: string[]; next?: string }> => {
      const { runs, next } = await jsonOf<{ runs: { runId: string }[]; next?: string }>(
        await lab.fetch(`/runs${query}`),
      );
      return { ids: runs.map(run => run.runId), ...(next !== undefined && { next }) };
    };
    expect(await ids('')).toEqual({ ids: ['c', 'b', 'a'] });
    expect(await ids('?label=team=x')).toEqual({ ids: ['b', 'a'] });
    expect(await ids('?label=team=x&label=stage=dev')).toEqual({ ids: ['b'] });
    expect(await ids('?threadId=t')).toEqual({ ids: ['a'] });
    expect(await ids('?status=running,waiting')).toEqual({ ids: ['c'] });
    expect(await ids('?agent=greet')).toEqual({ ids: ['b', 'a'] });
    const first = await ids('?limit=2');
    expect(first.ids).toEqual(['c', 'b']);
    expect(await ids(`?limit=2&page=${first.next}`)).toEqual({ ids: ['a'] });
    for (const query of ['?limit=0', '?limit=1.5', '?status=odd', '?label=odd', '?page=odd']) {
      await expectProblem(await lab.fetch(`/runs${query}`), 400, 'BAD_REQUEST');
    }
  });

  it('shows one run, without what only the storage needs', async () => {
    await lab.ended('a');
    const shown = await jsonOf<object>(await lab.fetch('/runs/a'));
    expect(shown).toMatchObject({
      runId: 'a',
      agent: 'greet',
      status: 'completed',
      eventsUrl: '/runs/a/events',
    });
    expect(Object.keys(shown)).not.toEqual(expect.arrayContaining(['epoch']));
    expect((await lab.fetch('/runs/a', { method: 'HEAD' })).status).toBe(200);
    await expectProblem(await lab.fetch('/runs/nobody'), 404, 'RUN_NOT_FOUND');
    await expectProblem(await lab.fetch('/runs/%20x'), 404, 'RUN_NOT_FOUND');
    await expectProblem(await lab.fetch('/runs/%zz'), 400, 'BAD_REQUEST');
  });

  it('streams the list: as it is, then what changes', async () => {
    await lab.ended('a');
    const leaving = new AbortController();
    const answer = await lab.fetch('/runs', {
      headers: { accept: 'text/event-stream' },
      signal: leaving.signal,
    });
    const reader = answer.body!.pipeThrough(new TextDecoderStream()).getReader();
    let text = '';
    const until = async (part: string): Promise<void> => {
      while (!text.includes(part)) text += (await reader.read()).value ?? '';
    };
    await until('event: runs');
    await lab.ended('b');
    await until('event: run\n');
    await lab.engine.runs.delete('b');
    await until('event: removed');
    const frames = dataFramesOf(text).map(({ event, data }) => ({
      event,
      data: JSON.parse(data!) as object,
    }));
    expect(frames[0]).toMatchObject({ event: 'runs', data: { runs: [{ runId: 'a' }] } });
    expect(frames.find(({ event }) => event === 'run')).toMatchObject({ data: { runId: 'b' } });
    expect(frames.at(-1)).toEqual({ event: 'removed', data: { runId: 'b' } });
    leaving.abort();
    await reader.cancel().catch(() => undefined);
  });
});
