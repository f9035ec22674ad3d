import { describe, expect, it } from '@jest/globals';
import { foldRun } from '../../src/event/fold-run.ts';
import { emptyRun, type RunState } from '../../src/event/run-state.ts';
import type { Engine } from '../../src/engine/engine.ts';
import { until } from '../support/settle.ts';
import { ADAPTERS } from './adapters.ts';
import { expectProblem } from './expect-problem.ts';
import { httpLab } from './http-lab.ts';

describe.each(Object.entries(ADAPTERS))('the state of a run, by the %s', (_, serve) => {
  const lab = httpLab(serve);

  async function stateOf(runId: string): Promise<RunState> {
    const answer = await lab.fetch(`/runs/${runId}/state`);
    expect(answer.status).toBe(200);
    return { ...emptyRun, ...((await answer.json()) as Partial<RunState>) };
  }

  it('is what its events add up to, however it was reached', async () => {
    const run = await lab.engine.open({ id: 'growing' });
    for (const size of [1, 700, 3, 0]) {
      const events = Array.from({ length: size }, (__, n) => ({
        type: n % 7 === 0 ? 'progress' : 'token',
        data: n % 7 === 0 ? { fraction: n / size } : { content: `${n} ` },
      }));
      await run.append(events, { flush: true });
      expect(await stateOf('growing')).toEqual(await folded(lab.engine, 'growing'));
    }
    await run.append([{ type: 'complete', data: {} }]);
    const ended = await stateOf('growing');
    expect(ended).toEqual(await folded(lab.engine, 'growing'));
    expect(ended.status).toBe('completed');
  });

  it('leads on behind itself', async () => {
    const run = await lab.engine.open({ id: 'on' });
    await run.append([{ type: 'token', data: { content: 'so ' } }], { flush: true });
    let state = await stateOf('on');
    const reading = lab.engine.events('on', { after: state.cursor }).subscribe(item => {
      state = foldRun(state, item);
    });
    await run.append([{ type: 'token', data: { content: 'far' } }, { type: 'complete' }]);
    await until(() => state.end !== undefined, 'the end');
    reading.unsubscribe();
    expect(state).toEqual(await folded(lab.engine, 'on'));
    expect(state.messages.map(({ text }) => text)).toEqual(['so far']);
  });

  it('is that of the newest life of an id', async () => {
    await lab.ended('twice');
    const before = await stateOf('twice');
    await lab.engine.runs.delete('twice');
    await expectProblem(await lab.fetch('/runs/twice/state'), 404, 'RUN_NOT_FOUND');
    await lab.ended('twice');
    const after = await stateOf('twice');
    expect(after).toEqual(await folded(lab.engine, 'twice'));
    expect(after.cursor).not.toBe(before.cursor);
  });

  it('is the same for many who ask at once', async () => {
    await lab.ended('asked');
    const states = await Promise.all(Array.from({ length: 20 }, () => stateOf('asked')));
    expect(new Set(states.map(state => JSON.stringify(state))).size).toBe(1);
  });
});

async function folded(engine: Engine, runId: string): Promise<RunState> {
  const { items } = await engine.events.search(runId, { limit: 10_000 });
  const state = items.reduce((sum, item) => foldRun(sum, item), emptyRun);
  return { ...emptyRun, ...(JSON.parse(JSON.stringify(state)) as RunState) };
}
