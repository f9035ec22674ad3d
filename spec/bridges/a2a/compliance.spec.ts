import { describe, expect, it } from '@jest/globals';
import { a2a } from '../../../src/bridges/a2a/a2a.ts';
import { bridgeLab, openStream } from '../bridge-lab.ts';
import { a2aEngine } from './a2a-agents.ts';
import { clientOf, heard, said, wordOf } from './a2a-client.ts';
import { hello, HEADERS, type RpcBody } from './tenants.ts';

interface TaskBody {
  readonly id: string;
  readonly contextId: string;
  readonly status: { readonly state: string };
  readonly history?: readonly { readonly messageId: string }[];
}

// Named after the requirements of the A2A TCK that say MUST and that no other spec here looks at.
describe('what A2A 1.0 demands', () => {
  const lab = bridgeLab(() => a2aEngine(), a2a({ push: { allowPrivate: true } }));
  const ask = async (method: string, params: object, id: unknown = 1): Promise<RpcBody> => {
    const body = JSON.stringify({ jsonrpc: '2.0', id, method, params });
    return (await lab.json('/a2a', { method: 'POST', headers: HEADERS, body })).body as RpcBody;
  };
  const send = async (text: string, more: object = {}, configuration?: object): Promise<TaskBody> => {
    const { result } = await ask('SendMessage', hello(text, more, configuration));
    return (result as { task: TaskBody }).task;
  };
  const codeOf = async (method: string, params: object): Promise<number | undefined> =>
    (await ask(method, params)).error?.code;

  it('CORE-SEND-002: a task that has ended takes no message', async () => {
    for (const text of ['say:x', 'fail:x', 'veto:x']) {
      const { id } = await send(text);
      expect(await codeOf('SendMessage', hello(`${text} again`, { taskId: id }))).toBe(-32004);
      expect(await codeOf('SendStreamingMessage', hello(`${text} again`, { taskId: id }))).toBe(-32004);
    }
  });

  it('CORE-CANCEL-002: what has ended cannot be cancelled, however it ended', async () => {
    for (const text of ['say:x', 'fail:x', 'veto:x']) {
      expect(await codeOf('CancelTask', { id: (await send(text)).id })).toBe(-32002);
    }
    const { id } = await send('wait', {}, { returnImmediately: true });
    expect((await ask('CancelTask', { id })).result).toMatchObject({
      status: { state: 'TASK_STATE_CANCELED' },
    });
    expect(await codeOf('CancelTask', { id })).toBe(-32002);
  });

  it('CORE-GET-002, CORE-CANCEL-003, CORE-MULTI-004: a task that is not there is not found', async () => {
    for (const id of ['nobody', '../up', 'x'.repeat(500)]) {
      for (const method of ['GetTask', 'CancelTask', 'SubscribeToTask'])
        expect(await codeOf(method, { id })).toBe(-32001);
      expect(await codeOf('SendMessage', hello('hi', { taskId: id }))).toBe(-32001);
    }
  });

  it('CORE-EXECUTION-MODE: waits for the end or a question, unless it shall not', async () => {
    expect((await send('say:x')).status.state).toBe('TASK_STATE_COMPLETED');
    expect((await send('ask:Go on?')).status.state).toBe('TASK_STATE_INPUT_REQUIRED');
    const { status } = await send('wait', {}, { returnImmediately: true });
    expect(['TASK_STATE_SUBMITTED', 'TASK_STATE_WORKING']).toContain(status.state);
  });

  it('CORE-MULTI: contexts are made, kept, inferred, and never mixed; ids are new', async () => {
    const [first, second] = [await send('say:a'), await send('say:b')];
    expect(first.contextId).not.toBe('');
    expect(new Set([first.id, second.id, first.contextId, second.contextId]).size).toBe(4);
    expect((await send('say:c', { contextId: 'mine' })).contextId).toBe('mine');
    const asked = await send('ask:Go on?', { contextId: 'talk' });
    expect(await codeOf('SendMessage', hello('yes', { taskId: asked.id, contextId: 'mine' }))).toBe(-32602);
    expect(await send('yes', { taskId: asked.id })).toMatchObject({ id: asked.id, contextId: 'talk' });
  });

  it('CORE-HIST: no more history than asked for, in its order', async () => {
    const { id } = await send('ask:Go on?');
    const whole = await send('yes', { taskId: id });
    expect(whole.history!.length).toBeGreaterThan(2);
    for (const historyLength of [0, 1, 2]) {
      const { result } = await ask('GetTask', { id, historyLength });
      const { history = [] } = result as TaskBody;
      expect(history).toEqual(historyLength === 0 ? [] : whole.history!.slice(-historyLength));
    }
  });

  it('CORE-STREAM-003: begins with the task, and closes at its end', async () => {
    const all = await heard((await clientOf(lab.server.url)).sendMessageStream(said('say:a b')));
    const words = all.map(wordOf);
    expect([words[0]!.split(' ')[0], words.at(-1)]).toEqual(['task', 'COMPLETED']);
    expect(words.filter(word => word === 'COMPLETED')).toHaveLength(1);
  });

  it('CORE-CAP-003: there is no extended card', async () => {
    expect([-32004, -32007]).toContain(await codeOf('GetExtendedAgentCard', {}));
  });

  it('PUSH: is made, kept, listed and deleted, twice without harm, of an ended task, too', async () => {
    const { id: taskId } = await send('say:x');
    const asked = { taskId, id: 'mine' };
    expect(
      await codeOf('CreateTaskPushNotificationConfig', { ...asked, url: 'https://example.com/x' }),
    ).toBeUndefined();
    expect((await ask('GetTaskPushNotificationConfig', asked)).result).toMatchObject(asked);
    expect((await ask('ListTaskPushNotificationConfigs', { taskId })).result).toMatchObject({
      configs: [asked],
    });
    for (let at = 0; at < 2; at++)
      expect(await codeOf('DeleteTaskPushNotificationConfig', asked)).toBeUndefined();
    expect(await codeOf('GetTaskPushNotificationConfig', asked)).toBe(-32001);
  });

  it('JSONRPC: ids come back as they came; what is no request is told so', async () => {
    for (const id of ['', 'x', 0, 7, null]) expect((await ask('ListTasks', {}, id)).id).toBe(id);
    expect(await codeOf('tasks/get', {})).toBe(-32601);
    expect(await codeOf('constructor', {})).toBe(-32601);
    for (const [body, code] of [
      ['{', -32700],
      ['[]', -32600],
      ['"x"', -32600],
      ['{"jsonrpc":"1.0","id":1,"method":"ListTasks"}', -32600],
      ['{"jsonrpc":"2.0","id":{},"method":"ListTasks"}', -32600],
      ['{"jsonrpc":"2.0","id":1,"method":"ListTasks","params":[]}', -32602],
    ] as const) {
      const answer = await lab.json('/a2a', { method: 'POST', headers: HEADERS, body });
      expect((answer.body as RpcBody).error?.code).toBe(code);
    }
  });

  it('does what two clients at once want of one task, once', async () => {
    const { id: taskId } = await send('ask:Go on?');
    const answers = await Promise.all(
      [1, 2].map(n => ask('SendMessage', hello('yes', { taskId, messageId: `y${n}` }))),
    );
    expect(answers.map(({ error }) => error?.code).sort()).toEqual([-32004, undefined]);
    const { id } = await send('wait', {}, { returnImmediately: true });
    const cancels = await Promise.all([1, 2].map(() => ask('CancelTask', { id })));
    for (const { result, error } of cancels) {
      if (error) expect(error.code).toBe(-32002);
      else expect(result).toMatchObject({ status: { state: 'TASK_STATE_CANCELED' } });
    }
    const { items } = await lab.engine.events.search(id);
    expect(items.filter(item => 'type' in item && item.type === 'cancelled')).toHaveLength(1);
  });

  it('ends every subscription when the task is cancelled, and one that is cut ends no other', async () => {
    const { id } = await send('wait', {}, { returnImmediately: true });
    const url = `${lab.server.url}/a2a/v1/tasks/${id}:subscribe`;
    const streams = await Promise.all([1, 2, 3].map(() => openStream(url, HEADERS)));
    await Promise.all(streams.map(stream => stream.reach(1)));
    streams[0]!.cut();
    await ask('CancelTask', { id });
    for (const stream of streams.slice(1)) {
      const frames = await stream.ended();
      expect(frames.at(-1)!.data).toContain('TASK_STATE_CANCELED');
    }
  });

  it('refuses what is too large, and what has the id of another message', async () => {
    const large = hello('say:x', { parts: [{ text: 'x'.repeat(3_000_000) }] });
    expect((await ask('SendMessage', large)).error?.code).toBe(-32602);
    expect((await lab.engine.runs.list()).runs).toEqual([]);
    const first = await send('say:x', { messageId: 'one' });
    expect((await send('say:x', { messageId: 'one' })).id).toBe(first.id);
    expect(await codeOf('SendMessage', hello('say:y', { messageId: 'one' }))).toBe(-32602);
  });
});
