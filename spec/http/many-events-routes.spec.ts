import { describe, expect, it } from '@jest/globals';
import { ADAPTERS } from './adapters.ts';
import { expectProblem } from './expect-problem.ts';
import { httpLab } from './http-lab.ts';
import { dataFramesOf } from './sse-frames.ts';

describe.each(Object.entries(ADAPTERS))('events of many runs, through a %s', (_, serve) => {
  const lab = httpLab(serve);

  it('streams them to the end of all, and resumes them all from one id', async () => {
    await lab.ended('a');
    await lab.ended('b');
    const writer = await lab.engine.open({ id: 'c' });
    const answer = await lab.fetch('/events?runs=a,b,c');
    const text = answer.text();
    void writer.token('x');
    await writer.complete();
    const frames = dataFramesOf(await text);
    expect(frames).toHaveLength(4 + 4 + 3);
    for (const [at, { data, id }] of frames.entries()) {
      const { id: own, runId } = JSON.parse(data!) as { id: string; runId: string };
      expect(id).toContain(`${runId}=${own}`);
      const rest = await lab.fetch('/events?runs=a,b,c', { headers: { 'last-event-id': id! } });
      if (at === frames.length - 1) expect(rest.status).toBe(204);
      else {
        const key = ({ data }: { data?: string }): string => (JSON.parse(data!) as { id: string }).id;
        const seen = frames.slice(0, at + 1).map(key);
        const missing = dataFramesOf(await rest.text()).map(key);
        expect([...seen, ...missing].sort()).toEqual(frames.map(key).sort());
      }
    }
  });

  it('says of one that is gone that it is, and gives the others', async () => {
    await lab.ended('a');
    await lab.ended('b');
    const whole = await (await lab.fetch('/events?runs=a,b')).text();
    const last = dataFramesOf(whole).at(-1)!.id!;
    const half = dataFramesOf(whole)[3]!.id!;
    await lab.engine.runs.delete('b');
    const frames = dataFramesOf(await (await lab.fetch('/events?runs=b,a,nobody')).text());
    const gone = (runId: string): object => ({ notice: 'reset', runId, reason: 'gone' });
    expect(frames.slice(0, 2).map(({ data, id }) => [JSON.parse(data!) as object, id])).toEqual([
      [gone('b'), undefined],
      [gone('nobody'), undefined],
    ]);
    expect(frames.slice(2).map(({ data }) => (JSON.parse(data!) as { runId: string }).runId)).toEqual([
      'a',
      'a',
      'a',
      'a',
    ]);
    // Whoever has all that is left is told to stay away.
    const resumed = (id: string) => lab.fetch('/events?runs=a,b', { headers: { 'last-event-id': id } });
    expect((await resumed(last)).status).toBe(204);
    await lab.engine.runs.delete('a');
    await expectProblem(await resumed(half), 404, 'RUN_NOT_FOUND');
  });

  it('refuses what it cannot read', async () => {
    await lab.ended('a');
    await expectProblem(await lab.fetch('/events?runs=nobody,none'), 404, 'RUN_NOT_FOUND');
    await expectProblem(await lab.fetch('/events'), 400, 'BAD_REQUEST');
    const many = Array.from({ length: 65 }, (_, at) => `r${at}`).join();
    await expectProblem(await lab.fetch(`/events?runs=${many}`), 400, 'BAD_REQUEST');
    for (const id of ['a', 'a=', 'a=x', '=e.1.0', many]) {
      await expectProblem(
        await lab.fetch('/events?runs=a', { headers: { 'last-event-id': id } }),
        400,
        'BAD_CURSOR',
      );
    }
  });

  it('filters, and leaves names out', async () => {
    await lab.ended('a');
    const frames = dataFramesOf(
      await (await lab.fetch('/events?runs=a,a&filter=minimal&frames=message')).text(),
    );
    expect(frames.map(({ event }) => event)).toEqual([undefined, undefined]);
  });
});
