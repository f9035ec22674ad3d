import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import type { Appended } from '../../src/run/appender.ts';
import { ADAPTERS, posted } from './adapters.ts';
import { expectProblem } from './expect-problem.ts';
import { httpLab } from './http-lab.ts';
import { jsonOf } from './json-of.ts';
import { dataFramesOf } from './sse-frames.ts';

const token = (content: string, key?: string) => ({ type: 'token', data: { content }, ...(key && { key }) });
const ndjson = (lines: readonly string[]): RequestInit => ({
  method: 'POST',
  headers: { 'content-type': 'application/x-ndjson' },
  body: lines.join('\n'),
});

describe.each(Object.entries(ADAPTERS))('external runs, through a %s', (_, serve) => {
  const lab = httpLab(serve);

  async function opened(more: object = {}): Promise<string> {
    const answer = await lab.fetch('/runs', posted(more));
    expect(answer.status).toBe(202);
    return (await jsonOf<{ runId: string }>(answer)).runId;
  }

  const append = (id: string, events: readonly object[]): Promise<Response> =>
    lab.fetch(`/runs/${id}/events`, posted({ events }));

  async function contents(id: string): Promise<string[]> {
    const { items } = await lab.engine.events.search(id, { limit: 10_000 });
    return items.flatMap(item => ('type' in item && item.type === 'token' ? [item.data.content] : []));
  }

  it('begin without an agent, take batches, and end with a final event', async () => {
    const id = await opened({ id: 'mine', labels: { from: 'outside' } });
    const first = await jsonOf<Appended>(await append(id, [token('a'), token('b')]));
    expect(first).toMatchObject({ accepted: 2, first: 2, last: 3, cancelRequested: false });
    const tip = await jsonOf<{ cursor: string }>(await lab.fetch(`/runs/${id}/offset`));
    expect(first.cursor).toBe(tip.cursor);
    const last = await append(id, [token('c'), { type: 'complete', data: { output: 42 } }]);
    expect(await jsonOf<Appended>(last)).toMatchObject({ accepted: 2, first: 4, last: 5 });
    const run = await jsonOf<object>(await lab.fetch(`/runs/${id}`));
    expect(run).toMatchObject({ status: 'completed', output: 42, labels: { from: 'outside' } });
    const frames = dataFramesOf(await (await lab.fetch(`/runs/${id}/events`)).text());
    expect(frames.map(({ event }) => event)).toEqual(['started', 'token', 'token', 'token', 'complete']);
    await expectProblem(await append(id, [token('late')]), 409, 'RUN_ENDED');
  });

  it('write an event with a known key once, and answer a repeated batch like the first time', async () => {
    const id = await opened();
    const batch = [token('a', 'k1'), token('b', 'k2')];
    const first = await jsonOf<Appended>(await append(id, batch));
    expect(await jsonOf<Appended>(await append(id, batch))).toEqual(first);
    expect(await jsonOf<Appended>(await append(id, [...batch, token('c', 'k3')]))).toMatchObject({
      accepted: 3,
    });
    expect(await contents(id)).toEqual(['a', 'b', 'c']);
    const end = [{ type: 'complete', data: {}, key: 'end' }];
    const ended = await jsonOf<Appended>(await append(id, end));
    expect(await jsonOf<Appended>(await append(id, end))).toEqual(ended);
  });

  it('check a batch whole before anything of it is written', async () => {
    const id = await opened();
    const bad = await append(id, [token('a'), { type: 'token', data: { content: 7 } }]);
    const { details } = await expectProblem(bad, 400, 'BAD_EVENT');
    expect(details).toMatchObject({ index: 1 });
    await expectProblem(await append(id, [{ type: 'started', data: {} }]), 400, 'RESERVED_TYPE');
    const behind = await append(id, [{ type: 'complete', data: {} }, token('behind')]);
    expect((await expectProblem(behind, 400, 'BAD_EVENT')).details).toMatchObject({ index: 1 });
    await expectProblem(await lab.fetch(`/runs/${id}/events`, posted({ batch: [] })), 400, 'BAD_REQUEST');
    const large = await append(id, [token('x'.repeat(300_000))]);
    await expectProblem(large, 413, 'EVENT_TOO_LARGE');
    expect(await contents(id)).toEqual([]);
  });

  it('are not those of an agent, and not those that are not there', async () => {
    await lab.fetch('/runs', posted({ agent: 'wait', id: 'agents' }));
    await expectProblem(await append('agents', [token('a')]), 409, 'RUN_HAS_AGENT');
    await expectProblem(await append('nobodys', [token('a')]), 404, 'RUN_NOT_FOUND');
  });

  it('tell their producer of a cancel, and record its end as cancelled', async () => {
    const id = await opened();
    expect((await lab.fetch(`/runs/${id}/cancel`, posted({ reason: 'enough' }))).status).toBe(202);
    expect(await jsonOf<Appended>(await append(id, [token('cleaning')]))).toMatchObject({
      cancelRequested: true,
    });
    await append(id, [{ type: 'complete', data: { output: 1 } }]);
    const run = await jsonOf<object>(await lab.fetch(`/runs/${id}`));
    expect(run).toMatchObject({ status: 'cancelled', reason: 'enough' });
  });

  it('take one event a line, however the body is cut, and keep those before a bad line', async () => {
    const id = await opened();
    const lines = Array.from({ length: 2_500 }, (_, i) => JSON.stringify(token(`t${i}`)));
    const all = await jsonOf<Appended>(await lab.fetch(`/runs/${id}/events`, ndjson([...lines, ''])));
    expect(all).toMatchObject({ accepted: 2_500, first: 2, last: 2_501 });
    const bad = await lab.fetch(`/runs/${id}/events`, ndjson([lines[0]!, '{"type":', lines[1]!]));
    await expectProblem(bad, 400, 'BAD_REQUEST');
    expect(await contents(id)).toEqual([...lines.map((_, i) => `t${i}`), 't0']);
  });

  it('hold every event once and in order, however batches are repeated', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ size: fc.integer({ min: 1, max: 4 }), repeats: fc.nat({ max: 2 }) }), {
          maxLength: 8,
        }),
        async batches => {
          const id = await opened();
          let n = 0;
          for (const { size, repeats } of batches) {
            const batch = Array.from({ length: size }, () => token(`${n}`, `key-${n++}`));
            for (let time = 0; time <= repeats; time++) expect((await append(id, batch)).status).toBe(200);
          }
          expect(await contents(id)).toEqual(Array.from({ length: n }, (_, i) => `${i}`));
        },
      ),
      { numRuns: 30 },
    );
  });
});
