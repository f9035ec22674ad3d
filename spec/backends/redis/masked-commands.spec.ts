import { afterAll, describe, expect, it } from '@jest/globals';
import { createEngine } from '../../../src/engine/create-engine.ts';
import { LawRun } from '../../../src/testing/backend-laws/law-run.ts';
import { CANARIES, canariesIn } from '../../guarantees/canaries.ts';
import { redisLab } from './redis-lab.ts';

const lab = await redisLab();
afterAll(() => lab.close());

describe('what is said to the owner of a run, in another process', () => {
  it('waits in Redis without its secrets', async () => {
    const run = await LawRun.create(await lab.open(), lab);
    const { runId, tenantId } = run.record;
    const engine = createEngine({ backend: await lab.open(), secrets: CANARIES });
    const said = Object.values(CANARIES);
    const answer = { tenantId, value: { [said[0]!]: said }, by: said[1] };
    await engine.runs.answer(runId, 'question', answer);
    await engine.runs.cancel(runId, { tenantId, reason: `because of ${said.join(' and ')}` });
    const [queue, head] = ['q', 'm'].map(kind => `${lab.prefix}:${kind}:{${run.key}}`);
    const waiting = await lab.probe.lrange(queue!, 0, -1);
    const texts = [...waiting, await lab.probe.hget(head!, 'x')].join('\n');
    expect(waiting).toHaveLength(2);
    expect(texts.match(/<secret:/g)!.length).toBeGreaterThan(said.length);
    expect(canariesIn(texts)).toEqual([]);
    await engine.close();
  });
});
