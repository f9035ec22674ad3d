import { expect, it } from '@jest/globals';
import { createEngine } from '../../src/engine/create-engine.ts';
import { defineAgent } from '../../src/engine/define-agent.ts';
import type { Engine } from '../../src/engine/engine.ts';
import { memoryCursorStore } from '../../src/engine/sinks/cursor-store.ts';
import type { Sink } from '../../src/engine/sinks/sink.ts';
import { memoryBackend } from '../../src/backends/memory/memory-backend.ts';
import { collect } from '../support/collect.ts';
import { until } from '../support/settle.ts';

/** What the other side has of an event. */
export interface SinkRecord {
  readonly id: string;
  readonly type: string;
  readonly data: unknown;
}

/** The other side of a sink. */
export interface SinkSide {
  sink(): Sink;
  /** What has come of a run, each event once, in the order of its first coming. */
  records(runId: string): readonly SinkRecord[];
}

const agents = [
  defineAgent({
    name: 'talks',
    run: ctx => {
      for (const word of ['one ', 'two ', 'three']) ctx.token(word);
      return 'ok';
    },
  }),
  defineAgent({
    name: 'fails',
    run: () => {
      throw new Error('no luck');
    },
  }),
  defineAgent({
    name: 'waits',
    run: ctx => new Promise(resolve => ctx.signal.addEventListener('abort', resolve)),
  }),
  defineAgent({ name: 'asks', run: ctx => ctx.ask('Go on?') }),
  defineAgent({ name: 'own', run: ctx => ctx.emit('custom:fraud', { score: 7, more: { a: [1] } }) }),
];

/** The row of a sink in the matrix of bridges. */
export function sinkMatrix(side: () => SinkSide): void {
  let runs = 0;
  const ends = async (name: string, steer?: (engine: Engine, id: string) => Promise<unknown>) => {
    const engine = createEngine({ agents, grace: 0 });
    engine.sink(side().sink(), { name: 'matrix' });
    const run = await engine.start(name, { id: `${name}-${runs++}` });
    const seen = collect(run);
    await steer?.(engine, run.id);
    await until(() => seen.ended, 'the end of the run');
    await until(() => side().records(run.id).length === seen.events.length, 'all of its records');
    await engine.close();
    const records = side().records(run.id);
    expect(records.map(({ id, type, data }) => ({ id, type, data }))).toEqual(
      seen.events.map(({ id, type, data }) => ({ id, type, data })),
    );
    return records;
  };

  it('start', async () => {
    expect((await ends('talks'))[0]).toMatchObject({ type: 'started', data: { agent: 'talks' } });
  });

  it('stream', async () => {
    const tokens = (await ends('talks')).filter(({ type }) => type === 'token');
    expect(tokens.map(({ data }) => (data as { content: string }).content).join('')).toBe('one two three');
  });

  it('resume exactly', async () => {
    const backend = memoryBackend();
    const [store, id] = [memoryCursorStore(), `resumed-${runs++}`];
    const engine = createEngine({ backend });
    const first = engine.sink(side().sink(), { name: 'matrix', store, maxBatch: 1 });
    const writer = await engine.open({ id });
    for (let n = 0; n < 5; n++) writer.token(`early ${n}`);
    await first.flush();
    await first.close();
    await until(() => side().records(id).length === 6, 'what came early');
    for (let n = 0; n < 5; n++) writer.token(`late ${n}`);
    await writer.complete();
    engine.sink(side().sink(), { name: 'matrix', store });
    await until(() => side().records(id).length === 12, 'the rest');
    expect(
      side()
        .records(id)
        .map(({ type }) => type),
    ).toEqual([...['started', ...Array.from({ length: 10 }, () => 'token'), 'complete']]);
    await engine.close();
  });

  it('cancel', async () => {
    const records = await ends('waits', (engine, id) => engine.runs.cancel(id, { reason: 'enough' }));
    expect(records.at(-1)).toMatchObject({ type: 'cancelled', data: { reason: 'enough' } });
  });

  it('error', async () => {
    expect((await ends('fails')).at(-1)).toMatchObject({ type: 'error', data: { message: 'no luck' } });
  });

  it('ask', async () => {
    const records = await ends('asks', async (engine, id) => {
      await until(
        () =>
          side()
            .records(id)
            .some(({ type }) => type === 'ask'),
        'the question',
      );
      const ask = side()
        .records(id)
        .find(({ type }) => type === 'ask')!;
      await engine.runs.answer(id, (ask.data as { askId: string }).askId, {
        value: true,
      });
    });
    expect(records.map(({ type }) => type)).toEqual(expect.arrayContaining(['ask', 'answer', 'complete']));
  });

  it('unknown event', async () => {
    const own = (await ends('own')).find(({ type }) => type === 'custom:fraud');
    expect(own!.data).toEqual({ score: 7, more: { a: [1] } });
  });
}

/** Records without those that came again. */
export function eachOnce(records: readonly SinkRecord[]): SinkRecord[] {
  return [...new Map(records.map(record => [record.id, record])).values()];
}
