import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { a2a } from '../../../src/bridges/a2a/a2a.ts';
import type { Engine } from '../../../src/engine/engine.ts';
import { until, untilAsked } from '../../support/settle.ts';
import { Hook } from './push-hook.ts';
import { hello, servedTenants, type Tenants } from './tenants.ts';

/** Of the shape of a key, and built here, so that it stands in no file. */
const CANARY = ['sk', 'live', 'a2a0push0canary0of0a0test'].join('_');

describe('configurations of push notifications', () => {
  const hook = new Hook();
  beforeEach(() => hook.begin());
  afterEach(() => hook.end());
  const bridge = (push: object = {}) => a2a({ push: { allowPrivate: true, ...push } });
  const set = ({ ask }: Tenants, key: string, taskId: string, more: object = {}) =>
    ask(key, 'CreateTaskPushNotificationConfig', { taskId, url: hook.url, ...more });
  const notesOf = async ({ notes }: Engine, tenant: string): Promise<number> =>
    notes.count(`a2a-push/${tenant}/`);
  const task = async ({ engine }: Tenants, id: string, tenantId: string): Promise<void> =>
    void (await engine.open({ id, tenantId }));

  it('are bounded for each tenant, who takes the places of no other', () =>
    servedTenants(bridge({ perTenant: 3 }), async tenants => {
      for (const id of ['a', 'b', 'c', 'd']) await task(tenants, id, 'one');
      await task(tenants, 'a', 'two');
      for (const id of ['a', 'b', 'c']) expect((await set(tenants, 'one', id)).body.error).toBeUndefined();
      expect(await set(tenants, 'one', 'd')).toMatchObject({
        ...{ status: 429, body: { error: { data: [{ reason: 'TOO_MANY_REQUESTS' }] } } },
      });
      expect((await set(tenants, 'two', 'a')).body.error).toBeUndefined();
      // Before there is a task.
      const wanted = hello('say:hi', {}, { taskPushNotificationConfig: { url: hook.url } });
      expect((await tenants.ask('one', 'SendMessage', wanted)).status).toBe(429);
      expect((await tenants.ask('one', 'ListTasks', {})).body).toMatchObject({ result: { totalSize: 4 } });
    }));

  it('are bounded for each task, and written anew under their ids', () =>
    servedTenants(bridge(), async tenants => {
      await task(tenants, 'a', 'one');
      for (let at = 0; at < 16; at++) {
        expect((await set(tenants, 'one', 'a', { id: `${at}` })).body.error).toBeUndefined();
      }
      expect((await set(tenants, 'one', 'a', { id: '16' })).status).toBe(429);
      expect((await set(tenants, 'one', 'a', { id: '3', token: 'new' })).body.error).toBeUndefined();
      expect(await notesOf(tenants.engine, 'one')).toBe(16);
    }));

  it('go with their task, whether it ends, is erased, or had ended before', () =>
    servedTenants(bridge(), async tenants => {
      const { engine } = tenants;
      const ending = await engine.open({ id: 'ending', tenantId: 'one' });
      const erased = await engine.open({ id: 'erased', tenantId: 'one' });
      await set(tenants, 'one', 'ending');
      await set(tenants, 'one', 'erased');
      expect(await notesOf(engine, 'one')).toBe(2);
      await ending.complete();
      await until(() => JSON.stringify(hook.taken).includes('TASK_STATE_COMPLETED'), 'the end');
      await untilAsked(async () => (await notesOf(engine, 'one')) === 1, 'the end of the first');
      await erased.complete();
      await engine.runs.delete('erased', { tenantId: 'one' });
      await untilAsked(async () => (await notesOf(engine, 'one')) === 0, 'the end of the second');
    }));

  it('are seen and deleted by nobody else, and do not show what is sent with them', () =>
    servedTenants(bridge(), async tenants => {
      await task(tenants, 'a', 'one');
      await task(tenants, 'a', 'two');
      const mine = { id: 'mine', token: 'told', authentication: { scheme: 'Bearer', credentials: 'told' } };
      const made = await set(tenants, 'one', 'a', mine);
      const asked = { taskId: 'a', id: 'mine' };
      const get = (key: string) => tenants.ask(key, 'GetTaskPushNotificationConfig', asked);
      expect((await get('two')).body.error?.code).toBe(-32001);
      await tenants.ask('two', 'DeleteTaskPushNotificationConfig', asked);
      const listed = await tenants.ask('one/read', 'ListTaskPushNotificationConfigs', { taskId: 'a' });
      expect((await get('one/read')).body.result).toEqual({
        ...{ taskId: 'a', id: 'mine', url: hook.url, authentication: { scheme: 'Bearer' } },
      });
      expect(JSON.stringify([made, listed])).not.toContain('told');
    }));

  it('hold no secret of the server in clear: they are refused, or sealed', async () => {
    const secret = 'a secret for the seals of one spec';
    for (const sealed of [false, true]) {
      await servedTenants(
        bridge(sealed ? { secret } : {}),
        async tenants => {
          await task(tenants, 'a', 'one');
          const { body } = await set(tenants, 'one', 'a', {
            token: CANARY,
            url: `${hook.url}?key=${CANARY}`,
          });
          expect(body.error?.code).toBe(sealed ? undefined : -32602);
          const { result } = (await tenants.ask('one', 'ListTaskPushNotificationConfigs', { taskId: 'a' }))
            .body;
          const stored = await tenants.engine.notes.list('a2a-push/');
          expect(stored).toHaveLength(sealed ? 1 : 0);
          expect(JSON.stringify([body, result, stored])).not.toContain(CANARY);
        },
        { secrets: { key: CANARY } },
      );
    }
  });
});
