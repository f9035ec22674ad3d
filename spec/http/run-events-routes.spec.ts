import { describe, expect, it } from '@jest/globals';
import { createEngine } from '../../src/engine/create-engine.ts';
import { ADAPTERS } from './adapters.ts';
import { expectProblem } from './expect-problem.ts';
import { httpLab } from './http-lab.ts';
import { jsonOf } from './json-of.ts';
import { dataFramesOf, lastIdOf, seqsOf } from './sse-frames.ts';

const JSON_ONLY = { headers: { accept: 'application/json' } };

describe.each(Object.entries(ADAPTERS))('events of one run, through a %s', (_, serve) => {
  const lab = httpLab(serve);

  it('chooses the form by Accept', async () => {
    await lab.ended('a');
    const type = async (accept: string, query = ''): Promise<string | null> => {
      const answer = await lab.fetch(`/runs/a/events${query}`, { headers: { accept } });
      await answer.text();
      return answer.headers.get('content-type');
    };
    expect(await type('*/*')).toBe('text/event-stream; charset=utf-8');
    expect(await type('text/html,*/*;q=0.8')).toBe('text/event-stream; charset=utf-8');
    expect(await type('text/event-stream')).toBe('text/event-stream; charset=utf-8');
    expect(await type('application/json')).toBe('application/json');
    expect(await type('application/json, text/plain, */*')).toBe('application/json');
    expect(await type('application/x-ndjson')).toBe('application/x-ndjson');
    expect(await type('text/event-stream;q=0.5, application/json')).toBe('application/json');
    expect(await type('*/*', '?limit=1')).toBe('application/json');
  });

  it('gives JSON pages, lines, and what a search finds', async () => {
    await lab.ended('a');
    const page = async (query: string): Promise<{ seqs: number[]; next: string; ended: boolean }> => {
      const { items, ...rest } = await jsonOf<{ items: { seq: number }[]; next: string; ended: boolean }>(
        await lab.fetch(`/runs/a/events${query}`, JSON_ONLY),
      );
      return { seqs: items.map(item => item.seq), ...rest };
    };
    const first = await page('?limit=3');
    expect(first).toMatchObject({ seqs: [1, 2, 3], ended: false });
    const rest = await page(`?limit=3&after=${first.next}`);
    expect(rest).toMatchObject({ seqs: [4], ended: true });
    expect(await page(`?after=${rest.next}`)).toEqual({ seqs: [], next: rest.next, ended: true });
    expect(await page('?filter=minimal')).toMatchObject({ seqs: [1, 4] });
    for (const after of ['2', rest.next]) {
      expect(await page(`?limit=0&after=${after}`)).toEqual({ seqs: [], next: after, ended: false });
    }
    expect(await page('?limit=0&after=now')).toEqual({ seqs: [], next: rest.next, ended: false });
    expect(await page('?q=HELLO')).toMatchObject({ seqs: [4] });
    expect(await page('?source=agent')).toMatchObject({ seqs: [2, 3] });
    expect(await page('?until=2000-01-01T00:00:00Z')).toMatchObject({ seqs: [] });
    expect(await page('?since=2000-01-01T00:00:00Z')).toMatchObject({ seqs: [1, 2, 3, 4] });
    const newest = await page('?order=desc&limit=3');
    expect(newest).toMatchObject({ seqs: [4, 3, 2], ended: false });
    expect(await page(`?order=desc&after=${newest.next}`)).toMatchObject({ seqs: [1], ended: true });

    const lines = await lab.fetch('/runs/a/events?limit=3', { headers: { accept: 'application/x-ndjson' } });
    expect(lines.headers.get('link')).toBe(`</runs/a/events?limit=3&after=${first.next}>; rel="next"`);
    const items = (await lines.text())
      .trimEnd()
      .split('\n')
      .map(line => JSON.parse(line) as { seq: number });
    expect(items.map(item => item.seq)).toEqual([1, 2, 3]);
  });

  it('refuses what it cannot read', async () => {
    await lab.ended('a');
    const status = async (path: string, status: number, code: string, init?: RequestInit): Promise<void> => {
      await expectProblem(await lab.fetch(path, init), status, code);
    };
    await status('/runs/nobody/events', 404, 'RUN_NOT_FOUND');
    await status('/runs/nobody/events', 404, 'RUN_NOT_FOUND', JSON_ONLY);
    await status('/runs/a/events?after=x', 400, 'BAD_CURSOR');
    await status('/runs/a/events', 400, 'BAD_CURSOR', { headers: { 'last-event-id': 'x'.repeat(200) } });
    await status('/runs/a/events?filter=nonsense', 400, 'BAD_FILTER');
    await status('/runs/a/events?frames=odd', 400, 'BAD_REQUEST');
    for (const query of ['source=me', 'since=then', 'until=then', 'order=up', 'limit=-1']) {
      await status(`/runs/a/events?${query}`, 400, 'BAD_REQUEST', JSON_ONLY);
    }
    await status('/runs/a/events?q=x', 400, 'BAD_REQUEST', { headers: { accept: 'text/event-stream' } });
  });

  it('resumes: Last-Event-ID wins over after, and at the end there is nothing', async () => {
    await lab.ended('a');
    const all = await (await lab.fetch('/runs/a/events')).text();
    const second = dataFramesOf(all)[1]!.id!;
    const resumed = await lab.fetch('/runs/a/events?after=start', { headers: { 'last-event-id': second } });
    expect(seqsOf(await resumed.text())).toEqual([3, 4]);
    expect(seqsOf(await (await lab.fetch('/runs/a/events?after=3')).text())).toEqual([4]);
    const atEnd = await lab.fetch('/runs/a/events', { headers: { 'last-event-id': lastIdOf(all)! } });
    expect(atEnd.status).toBe(204);
    expect((await lab.fetch('/runs/a/events?after=now')).status).toBe(204);
    expect((await lab.fetch('/runs/a/events', { method: 'HEAD' })).status).toBe(200);
  });

  it('leaves names out with frames=message', async () => {
    await lab.ended('a');
    const frames = dataFramesOf(await (await lab.fetch('/runs/a/events?frames=message')).text());
    expect(frames).toHaveLength(4);
    expect(frames.every(frame => frame.event === undefined && frame.id !== undefined)).toBe(true);
  });

  it('tells of another life and of the future, then begins anew', async () => {
    await lab.ended('a');
    const all = dataFramesOf(await (await lab.fetch('/runs/a/events')).text());
    const future = all[0]!.id!.replace('.1.', '.99.');
    for (const [cursor, reason] of [
      ['other.2.0', 'epoch'],
      [future, 'future'],
    ] as const) {
      const answer = await lab.fetch('/runs/a/events', { headers: { 'last-event-id': cursor } });
      expect(answer.status).toBe(200);
      const [notice, ...rest] = dataFramesOf(await answer.text());
      expect(notice).toMatchObject({ event: 'reset' });
      expect(notice!.id).toBeUndefined();
      expect(JSON.parse(notice!.data!)).toEqual({ notice: 'reset', runId: 'a', reason });
      expect(rest).toEqual(all);
    }
  });

  it('tells what was trimmed', async () => {
    const short = createEngine({ limits: { keptEvents: 64 } });
    const writer = await short.open({ id: 'long' });
    for (let i = 0; i < 200; i++) void writer.emit('custom:tick', { i });
    await writer.complete();
    const trimmed = await serve(short);
    const [gap, ...rest] = dataFramesOf(await (await trimmed.fetch('/runs/long/events')).text());
    expect(gap).toMatchObject({ event: 'gap' });
    const { to } = JSON.parse(gap!.data!) as { to: number };
    expect(rest.map(frame => (JSON.parse(frame.data!) as { seq: number }).seq)).toEqual(
      Array.from({ length: 64 }, (_, at) => to + 1 + at),
    );
    await short.close();
    await trimmed.close();
  });

  it('ends with reset{gone} when the run is erased under a reader', async () => {
    const run = await lab.engine.start('wait', { id: 'w' });
    const answer = await lab.fetch('/runs/w/events?filter=minimal');
    const text = answer.text();
    await run.cancel();
    await lab.engine.runs.delete('w');
    expect(['cancelled', 'reset']).toContain(dataFramesOf(await text).at(-1)!.event);
    await expectProblem(await lab.fetch('/runs/w/events'), 404, 'RUN_NOT_FOUND');
  });
});
