import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { a2a } from '../../../src/bridges/a2a/a2a.ts';
import { checkAddress, isPrivate } from '../../../src/bridges/a2a/push/safe-address.ts';
import { until } from '../../support/settle.ts';
import { bridgeLab } from '../bridge-lab.ts';
import { a2aEngine } from './a2a-agents.ts';
import { clientOf, heard, said, taskIdOf, type Client } from './a2a-client.ts';
import { Hook } from './push-hook.ts';

describe('push notifications', () => {
  const hook = new Hook();
  beforeEach(async () => {
    hook.received.length = hook.taken.length = 0;
    hook.answers = [];
    await hook.begin();
  });
  afterEach(() => hook.end());
  const lab = bridgeLab(() => a2aEngine(), a2a({ push: { allowPrivate: true } }));
  const client = (): Promise<Client> => clientOf(lab.server.url);
  const config = (taskId: string) => ({
    ...{ tenant: '', id: 'mine', taskId, url: hook.url, token: 'shown', authentication: undefined },
  });
  const cursorsOf = async (id: string): Promise<unknown[]> =>
    (await lab.engine.events.search(id)).items.map(item => 'id' in item && item.id);

  it('bring every update of a task that began with it, in order, whatever fails meanwhile', async () => {
    hook.answers = [500, 200, 503, 429, 200];
    const sent = said('say:a b c');
    const configuration = {
      ...{ acceptedOutputModes: [], returnImmediately: false },
      taskPushNotificationConfig: {
        ...config(''),
        authentication: { scheme: 'Bearer', credentials: 'told' },
      },
    };
    const all = await heard((await client()).sendMessageStream({ ...sent, configuration }));
    const id = taskIdOf(all);
    const cursors = await cursorsOf(id);
    await until(() => hook.cursors.length === cursors.length, 'all updates');
    expect(hook.cursors).toEqual(cursors);
    expect(hook.received.length).toBe(hook.taken.length + 3);
    expect(hook.taken[0]!.headers).toMatchObject({
      ...{ authorization: 'Bearer told', 'x-a2a-notification-token': 'shown', 'a2a-version': '1.0' },
      'content-type': 'application/a2a+json',
    });
  });

  it('bring what comes after they were asked for, and nothing once they are deleted', async () => {
    const sdk = await client();
    const writer = await lab.engine.open({ id: 'task' });
    await writer.append([{ type: 'step', data: { name: 'before' } }]);
    const made = await sdk.createTaskPushNotificationConfig(config('task'));
    expect(made).toMatchObject({ id: 'mine', taskId: 'task', url: hook.url });
    await writer.append([{ type: 'step', data: { name: 'behind' } }]);
    await until(() => hook.taken.length === 1, 'one update');
    expect(JSON.stringify(hook.taken[0]!.body)).toContain('behind');
    const asked = { tenant: '', taskId: 'task', id: 'mine' };
    expect(await sdk.getTaskPushNotificationConfig(asked)).toMatchObject({ url: hook.url });
    const listed = { tenant: '', taskId: 'task', pageSize: 10, pageToken: '' };
    expect((await sdk.listTaskPushNotificationConfig(listed)).configs).toHaveLength(1);
    await sdk.deleteTaskPushNotificationConfig(asked);
    await expect(sdk.getTaskPushNotificationConfig(asked)).rejects.toMatchObject({ envelopeCode: -32001 });
    await writer.append([{ type: 'step', data: { name: 'unheard' } }]);
    await writer.complete();
    // A task that has ended has nothing more to tell, but takes a configuration.
    await sdk.createTaskPushNotificationConfig(config('task'));
    expect(await sdk.getTaskPushNotificationConfig(asked)).toMatchObject({ url: hook.url });
    expect(hook.taken).toHaveLength(1);
  });
});

describe('where push notifications may not go', () => {
  const lab = bridgeLab(() => a2aEngine(), a2a());

  it.each([
    'http://127.0.0.1/x',
    'http://localhost:8080',
    'http://[::1]/',
    'http://[::ffff:10.0.0.1]/',
    'http://169.254.169.254/latest/meta-data',
    'http://0x7f000001/',
    'https://192.168.1.1/',
    'file:///etc/passwd',
    'ftp://example.com/',
    'http://name:word@example.com/',
    'nowhere',
  ])('is %s', async url => {
    await lab.engine.open({ id: 'task' });
    const sdk = await clientOf(lab.server.url);
    const config = { tenant: '', id: '', taskId: 'task', url, token: '', authentication: undefined };
    await expect(sdk.createTaskPushNotificationConfig(config)).rejects.toMatchObject({
      envelopeCode: -32602,
    });
  });

  it('knows which addresses are private', () => {
    expect(
      ['10.1.2.3', '172.31.0.1', '100.64.0.1', 'fd00::1', 'fe80::1', '::ffff:192.168.0.1'].every(isPrivate),
    ).toBe(true);
    expect(['8.8.8.8', '172.32.0.1', '2606:4700::1'].some(isPrivate)).toBe(false);
    expect(checkAddress('https://example.com/hook', false).hostname).toBe('example.com');
  });
});

describe('a server without push notifications', () => {
  const lab = bridgeLab(() => a2aEngine(), a2a({ push: false }));

  it('says so', async () => {
    await lab.engine.open({ id: 'task' });
    const answer = await lab.json('/a2a/v1/tasks/task/pushNotificationConfigs', {
      ...{ method: 'POST', headers: { 'a2a-version': '1.0', 'content-type': 'application/json' } },
      body: JSON.stringify({ url: 'https://example.com/hook' }),
    });
    expect(answer).toMatchObject({
      status: 400,
      body: { error: { details: [{ reason: 'PUSH_NOTIFICATION_NOT_SUPPORTED' }] } },
    });
    const card = (await (await lab.fetch('/.well-known/agent-card.json')).json()) as { capabilities: object };
    expect(card.capabilities).toMatchObject({ pushNotifications: false });
  });
});
