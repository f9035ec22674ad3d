import { describe, expect, it } from '@jest/globals';
import type { Client } from '@a2a-js/sdk/client';
import { a2a } from '../../../src/bridges/a2a/a2a.ts';
import { fromStreamResponses } from '../../../src/bridges/a2a/from-a2a.ts';
import { bridgeLab } from '../bridge-lab.ts';
import { a2aEngine } from './a2a-agents.ts';
import { carriedOf, clientOf, heard, said, stateName, taskIdOf, wordOf } from './a2a-client.ts';

/** Checked with `@a2a-js/sdk` 1.3.0. */
describe('matrix: A2A 1.0', () => {
  const lab = bridgeLab(() => a2aEngine(), a2a());
  const client = (): Promise<Client> => clientOf(lab.server.url);

  it('start', async () => {
    const result = await (await client()).sendMessage(said('say:one two'));
    if (!('status' in result)) throw new Error('expected a task');
    expect(stateName(result.status?.state)).toBe('COMPLETED');
    const run = await lab.engine.runs.get(result.id);
    expect(run).toMatchObject({
      agent: 'actor',
      status: 'completed',
      threadId: result.contextId,
      input: 'say:one two',
    });
    expect(
      result.artifacts.map(({ artifactId, parts }) => [artifactId, parts.map(part => part.content)]),
    ).toEqual([
      ['text:m', [{ $case: 'text', value: 'onetwo' }]],
      ['output', [{ $case: 'data', value: { said: 'one two' } }]],
    ]);
    expect(result.history).toHaveLength(1);
  });

  it('stream', async () => {
    const all = await heard((await client()).sendMessageStream(said('say:one two three')));
    expect(all.map(wordOf)).toEqual([
      'task SUBMITTED',
      'WORKING',
      ...['text:m=one', '+text:m=two', '+text:m=three'],
      'WORKING',
      'output=?',
      'COMPLETED',
    ]);
    const cursors = all.slice(1).flatMap(response => carriedOf(response)['cursor'] ?? []);
    const events = (await lab.engine.events.search(taskIdOf(all))).items as readonly { id: string }[];
    expect(cursors).toEqual(events.map(({ id }) => id));
  });

  it('resume exactly', async () => {
    const sdk = await client();
    const whole = await heard(sdk.sendMessageStream(said('say:a b c d e f')));
    const id = taskIdOf(whole);
    // Behind each place, that of the ended task's end excepted: from there nothing follows.
    for (let at = 1; at < whole.length - 1; at++) {
      const { cursor } = carriedOf(whole[at]!);
      if (cursor === undefined) continue;
      const options = { serviceParameters: { 'Last-Event-ID': String(cursor) } };
      const [task, ...rest] = await heard(sdk.resubscribeTask({ id, tenant: '' }, options));
      expect(carriedOf(task!)['cursor']).toBe(cursor);
      expect(rest).toEqual(whole.slice(at + 1));
    }
  });

  it('resume exactly, while it runs', async () => {
    const sdk = await client();
    const writer = await lab.engine.open({ id: 'live' });
    writer.token('a');
    await writer.drained();
    const stream = sdk.resubscribeTask({ id: 'live', tenant: '' });
    const first = (await stream.next()).value!;
    expect(wordOf(first)).toBe('task WORKING');
    const { cursor } = carriedOf(first);
    writer.token('b');
    writer.token('c');
    const second = (await stream.next()).value!;
    expect(wordOf(second)).toBe('+text=b');
    await stream.return();
    await writer.complete('done');
    const options = { serviceParameters: { 'Last-Event-ID': String(cursor) } };
    const [, ...rest] = await heard(sdk.resubscribeTask({ id: 'live', tenant: '' }, options));
    expect(rest.map(wordOf)).toEqual(['+text=b', '+text=c', 'output=done', 'COMPLETED']);
    expect(rest[0]).toEqual(second);
  });

  it('cancel', async () => {
    const sdk = await client();
    const stream = sdk.sendMessageStream(said('wait:'));
    const id = taskIdOf([(await stream.next()).value!]);
    const canceled = await sdk.cancelTask({ id, tenant: '', metadata: { reason: 'enough' } });
    expect(stateName(canceled.status?.state)).toBe('CANCELED');
    expect((await heard(stream)).map(wordOf).at(-1)).toBe('CANCELED');
    expect(await lab.engine.runs.get(id)).toMatchObject({ status: 'cancelled', reason: 'enough' });
    await expect(sdk.cancelTask({ id, tenant: '', metadata: undefined })).rejects.toMatchObject({
      name: 'TaskNotCancelableError',
      envelopeCode: -32002,
    });
  });

  it('error', async () => {
    const sdk = await client();
    const failed = await heard(sdk.sendMessageStream(said('fail:the model is away')));
    const last = failed.at(-1)!.payload!;
    expect(wordOf(failed.at(-1)!)).toBe('FAILED');
    expect(last).toMatchObject({
      value: { status: { message: { parts: [{ content: { value: 'the model is away' } }] } } },
    });
    const rejected = await heard(sdk.sendMessageStream(said('veto:not here')));
    expect(wordOf(rejected.at(-1)!)).toBe('REJECTED');
    await expect(sdk.getTask({ id: 'nobody', tenant: '' })).rejects.toMatchObject({
      name: 'TaskNotFoundError',
      envelopeCode: -32001,
    });
  });

  it('ask', async () => {
    const sdk = await client();
    const asked = await heard(sdk.sendMessageStream(said('ask:Is it right?')));
    expect(wordOf(asked.at(-1)!)).toBe('INPUT_REQUIRED');
    const taskId = taskIdOf(asked);
    expect(stateName((await sdk.getTask({ id: taskId, tenant: '' })).status?.state)).toBe('INPUT_REQUIRED');
    await expect(sdk.sendMessage(said('maybe', { taskId }))).rejects.toMatchObject({ envelopeCode: -32602 });
    const answered = await heard(sdk.sendMessageStream(said('yes', { taskId })));
    expect(answered.map(wordOf).slice(-4)).toEqual(['WORKING', 'text=yes', 'output=?', 'COMPLETED']);
    const { history } = await sdk.getTask({ id: taskId, tenant: '' });
    expect(history.map(({ role, parts }) => [role, parts[0]?.content?.value as unknown])).toEqual([
      [1, 'ask:Is it right?'],
      [2, 'Is it right?'],
      [1, true],
    ]);
    await expect(sdk.sendMessage(said('yes', { taskId }))).rejects.toMatchObject({ envelopeCode: -32004 });
  });

  it('unknown event', async () => {
    const all = await heard((await client()).sendMessageStream(said('odd:')));
    const odd = all.map(carriedOf).find(({ type }) => type === 'custom:fraud');
    expect(odd).toMatchObject({ data: { score: 0.9, why: ['a', 'b'] } });
    const { payload } = all.find(response => carriedOf(response)['type'] === 'custom:fraud')!;
    expect(fromStreamResponses([{ statusUpdate: payload!.value } as never])).toEqual([
      { type: 'custom:fraud', data: { score: 0.9, why: ['a', 'b'] }, source: 'agent' },
    ]);
  });
});
