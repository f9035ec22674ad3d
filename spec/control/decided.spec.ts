import { expect, it } from '@jest/globals';
import { decidedProposal } from '../../src/control/decided.ts';
import { createEngine } from '../../src/engine/create-engine.ts';
import { createGate } from '../../src/control/create-gate.ts';
import { denyTools } from '../../src/control/policies/tool-lists.ts';

const decision = { policy: 'p', signal: 'FAIL', reason: 'no' } as const;

it('names the call that was decided about, and none where there is none', () => {
  const about = (data: Record<string, string>) =>
    decidedProposal(decision, { type: 'tool.called', data }, { at: 0 }).data;
  expect(about({ tool: 'fetch', callId: 'c-1' })).toMatchObject({ subject: 'fetch', callId: 'c-1' });
  expect(about({ tool: 'fetch' })).not.toHaveProperty('callId');
  expect(String(about({ callId: 'x'.repeat(1_000) })['callId'])).toHaveLength(256);
});

it('is told by the event of a run', async () => {
  const engine = createEngine({ gate: createGate([denyTools(['fetch'], { then: 'skip' })]) });
  const run = await engine.start(ctx => ctx.tool('fetch', {}, () => 1, { callId: 'mine' }));
  await run.result;
  const { items } = await engine.events.search(run.id);
  const decided = items.find(item => 'type' in item && item.type === 'control.decided');
  expect(decided).toMatchObject({ data: { signal: 'SKIP', subject: 'fetch', callId: 'mine' } });
  await engine.close();
});
