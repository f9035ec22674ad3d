import type { BaseEvent } from '@ag-ui/client';
import { describe, expect, it } from '@jest/globals';
import { agUi } from '../../../src/bridges/ag-ui/index.ts';
import { until } from '../../support/settle.ts';
import { bridgeLab, dataOf } from '../bridge-lab.ts';
import { agentAt, agUiEngine, applied, saidIn, say } from './ag-ui-lab.ts';

describe('matrix: AG-UI 1.0', () => {
  const lab = bridgeLab(() => agUiEngine(), agUi());
  const agent = (name: string) => agentAt(lab.server.url, name);

  it('start', async () => {
    const client = agent('chat');
    const { result, failure } = await say(client, { text: 'hello', runId: 'run-1' });
    expect([failure, result]).toEqual([undefined, { length: 5 }]);
    const run = await lab.engine.runs.get('run-1');
    expect(run).toMatchObject({ threadId: 'thread-1', agent: 'chat', status: 'completed' });
  });

  it('stream', async () => {
    const client = agent('chat');
    const { types } = await say(client, { text: 'hello' });
    expect(types).toEqual([
      ...['RUN_STARTED', 'REASONING_START', 'REASONING_MESSAGE_START', 'REASONING_MESSAGE_CONTENT'],
      ...['REASONING_MESSAGE_END', 'REASONING_END', 'STEP_STARTED'],
      ...['TOOL_CALL_START', 'TOOL_CALL_ARGS', 'TOOL_CALL_END', 'TOOL_CALL_RESULT'],
      ...['ACTIVITY_SNAPSHOT', 'STEP_FINISHED', 'TEXT_MESSAGE_START'],
      ...['TEXT_MESSAGE_CONTENT', 'TEXT_MESSAGE_CONTENT', 'TEXT_MESSAGE_CONTENT'],
      ...['TEXT_MESSAGE_END', 'RUN_FINISHED'],
    ]);
    const said = client.messages.map(({ role, content }) => [role, content]);
    expect(said).toEqual([
      ['user', 'hello'],
      ['reasoning', 'Let me see. '],
      ['assistant', undefined],
      ['tool', '{"found":5}'],
      ['activity', { step: 'search', fraction: 0.5, message: 'half' }],
      ['assistant', 'You said hello'],
    ]);
  });

  it('resume exactly', async () => {
    const client = agent('chat');
    const whole = await say(client, { text: 'hello', runId: 'run-1' });
    const said = saidIn(client).slice(1);
    for (const [at, { metadata }] of whole.events.slice(0, -1).entries()) {
      // Cut behind each event, and gone on with by a client that knows what had come by then.
      const { cursor } = metadata!['sluice'] as { cursor: string };
      const late = agentAt(lab.server.url, 'chat');
      const frames = await (await lab.stream('/agui/run-1', { 'last-event-id': cursor })).ended();
      const rest = dataOf(frames) as unknown as BaseEvent[];
      await applied(late, [whole.events.slice(0, at + 1), rest]);
      expect(saidIn(late)).toEqual(said);
      expect(rest.at(-1)).toEqual(whole.events.at(-1));
    }
    const past = (whole.events.at(-1)!.metadata!['sluice'] as { cursor: string }).cursor;
    const over = await lab.fetch('/agui/run-1', { headers: { 'last-event-id': past } });
    expect(over.status).toBe(204);
  });

  it('cancel', async () => {
    const client = agent('waiting');
    let isSaid = false;
    const saying = say(
      client,
      { runId: 'run-1' },
      {
        onTextMessageContentEvent: () => void (isSaid = true),
      },
    );
    await until(() => isSaid);
    const { status } = await lab.json('/agui/run-1', { method: 'DELETE' });
    expect(status).toBe(202);
    const { types, events, failure } = await saying;
    expect(failure).toBeUndefined();
    expect(types.slice(-3)).toEqual(['TEXT_MESSAGE_END', 'STEP_FINISHED', 'RUN_FINISHED']);
    expect(events.at(-1)).toMatchObject({ outcome: { type: 'cancelled' } });
  });

  it('error', async () => {
    const { types, events } = await say(agent('failing'));
    expect(types.slice(-3)).toEqual(['TEXT_MESSAGE_END', 'STEP_FINISHED', 'RUN_ERROR']);
    expect(events.at(-1)).toMatchObject({ message: 'the model is away', code: 'AGENT_ERROR' });
  });

  it('ask', async () => {
    const client = agent('asking');
    const { types, events } = await say(client, { runId: 'run-1' });
    expect(types.slice(-4)).toEqual(['TEXT_MESSAGE_END', 'STEP_STARTED', 'STEP_FINISHED', 'RUN_FINISHED']);
    expect(events.at(-1)).toMatchObject({ outcome: { type: 'interrupt' } });
    const [interrupt] = client.pendingInterrupts;
    expect(interrupt).toMatchObject({ reason: 'confirmation', message: 'Send it?' });
    const more = await say(client, {
      ...{ runId: 'run-2', resume: [{ interruptId: interrupt!.id, status: 'resolved', payload: true }] },
    });
    expect([more.failure, more.result]).toEqual([undefined, true]);
    expect(more.events[0]).toMatchObject({ type: 'RUN_STARTED', runId: 'run-2', threadId: 'thread-1' });
    expect(more.types.slice(0, 3)).toEqual(['RUN_STARTED', 'STEP_STARTED', 'CUSTOM']);
    expect(client.messages.map(({ content }) => content)).toEqual(['May I? ', 'Sent.']);
    expect(client.pendingInterrupts).toEqual([]);
  });

  it('unknown event', async () => {
    const { events } = await say(agent('stranger'));
    const customs = events.filter(({ type }) => String(type) === 'CUSTOM');
    expect(customs).toMatchObject([
      { name: 'fraud', value: { score: 0.9, why: ['odd', null] } },
      { name: 'observation', value: { kind: 'screen', content: 'blue' } },
    ]);
  });
});
