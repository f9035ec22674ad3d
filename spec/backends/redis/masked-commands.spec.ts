import { afterAll, describe, expect, it } from '@jest/globals';
import { createEngine } from '../../../src/engine/create-engine.ts';
import { instanceOf, LawRun } from '../../../src/testing/backend-laws/law-run.ts';
import { CANARIES, canariesIn } from '../../guarantees/canaries.ts';
import type { TakenCommand } from '../../../src/backends/backend.ts';
import { maskedCommands } from '../../../src/engine/masked-commands.ts';
import { codeOf } from '../../support/code-of.ts';
import { untilAsked } from '../../support/settle.ts';
import { redisLab } from './redis-lab.ts';

const lab = await redisLab();
afterAll(() => lab.close());

describe('what is said to the owner of a run, in another process', () => {
  it('waits in Redis without its secrets', async () => {
    const owner = await lab.open();
    const run = await LawRun.create(owner, lab);
    const { runId, tenantId } = run.record;
    const engine = createEngine({ backend: await lab.open(), secrets: CANARIES });
    const said = Object.values(CANARIES);
    const answer = { tenantId, value: { [said[0]!]: said }, by: said[1] };
    const [queue, head, ids] = ['q', 'm', 'd'].map(kind => `${lab.prefix}:${kind}:{${run.key}}`);
    const answered = engine.runs.answer(runId, 'question', answer);
    await untilAsked(async () => (await lab.probe.llen(queue!)) === 1, 'the answer');
    await engine.runs.cancel(runId, { tenantId, reason: `because of ${said.join(' and ')}` });
    const waiting = await lab.probe.lrange(queue!, 0, -1);
    const texts = [...waiting, await lab.probe.hget(head!, 'x')].join('\n');
    expect(waiting).toHaveLength(2);
    expect(texts.match(/<secret:/g)!.length).toBeGreaterThan(said.length);
    expect(canariesIn(texts)).toEqual([]);
    const [{ key, id }] = (await owner.commands!.take(instanceOf(owner))) as [TakenCommand];
    const masking = maskedCommands(owner.commands!, engine.secrets);
    await masking.settle(key, id, {
      outcome: 'refused',
      code: 'BAD_ANSWER',
      message: `not ${said.join(' or ')}`,
    });
    expect(await codeOf(() => answered)).toBe('BAD_ANSWER');
    expect(canariesIn((await lab.probe.hvals(ids!)).join())).toEqual([]);
    await engine.close();
  });
});
