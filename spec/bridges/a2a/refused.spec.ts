import { describe, expect, it } from '@jest/globals';
import { a2a } from '../../../src/bridges/a2a/a2a.ts';
import { bridgeLab } from '../bridge-lab.ts';
import { a2aEngine } from './a2a-agents.ts';
import { hello, HEADERS, type RpcBody } from './tenants.ts';

const HOOK = 'https://example.com/hook';
const pushing = (config: object): object => ({ taskPushNotificationConfig: config });

describe('an A2A message that is refused', () => {
  const lab = bridgeLab(() => a2aEngine(), a2a());
  const ask = async (method: string, params: object, headers: object = HEADERS): Promise<RpcBody> => {
    const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method, params });
    const init = { method: 'POST', headers: headers as Record<string, string>, body };
    return (await lab.json('/a2a', init)).body as RpcBody;
  };
  const waiting = async (): Promise<string> => {
    const { result } = await ask('SendMessage', hello('ask:Go on?'));
    return (result as { task: { id: string } }).task.id;
  };
  const refusals: readonly (readonly [string, object, object?])[] = [
    ['an address that is private', hello('say:x', {}, pushing({ url: 'http://127.0.0.1/x' }))],
    ['a token that no header carries', hello('say:x', {}, pushing({ url: HOOK, token: 'a\nb' }))],
    ['no address', hello('say:x', {}, pushing({}))],
    ['a history shorter than nothing', hello('say:x', {}, { historyLength: -1 })],
    ['another tenant', { ...hello('say:x'), tenant: 'other' }],
    ['another agent', hello('say:x', { metadata: { agent: 'nobody' } })],
    ['no parts', hello('say:x', { parts: [] })],
    ['a part of two contents', hello('say:x', { parts: [{ text: 'a', url: 'b' }] })],
    ['the role of an agent', hello('say:x', { role: 'ROLE_AGENT' })],
    ['a context that is none', hello('say:x', { contextId: '../up' })],
    ['another version', hello('say:x'), { ...HEADERS, 'a2a-version': '2.0' }],
    ['no version', hello('say:x'), { 'content-type': 'application/json' }],
    ['another content', hello('say:x'), { ...HEADERS, 'content-type': 'text/plain' }],
  ];

  it.each(refusals.map(([what, params, headers = HEADERS]) => [what, params, headers] as const))(
    'for %s begins nothing, and the same id may be sent again',
    async (_, params, headers) => {
      for (const method of ['SendMessage', 'SendStreamingMessage']) {
        expect((await ask(method, params, headers)).error).toBeDefined();
        expect((await lab.engine.runs.list()).runs).toEqual([]);
      }
      expect((await ask('SendMessage', hello('say:x'))).error).toBeUndefined();
      expect((await lab.engine.runs.list({ limit: 10 })).runs.length).toBe(1);
    },
  );

  it('answers no question', async () => {
    const taskId = await waiting();
    const yes = (more: object, configuration?: object): object =>
      hello('yes', { taskId, ...more }, configuration);
    for (const params of [
      yes({}, pushing({ url: 'http://127.0.0.1/x' })),
      yes({ contextId: 'another' }),
      yes({ metadata: { 'urn:sluice:a2a:run-events:1': { askId: 'another' } } }),
      yes({ parts: [{ text: 'perhaps' }] }),
      { ...yes({}), tenant: 'other' },
    ]) {
      expect((await ask('SendMessage', params)).error).toBeDefined();
      expect((await lab.engine.runs.get(taskId)).status).toBe('waiting');
      const { items } = await lab.engine.events.search(taskId);
      expect(items.filter(item => 'type' in item && item.type === 'answer')).toEqual([]);
    }
    const { result } = await ask('SendMessage', yes({}));
    expect(result).toMatchObject({ task: { status: { state: 'TASK_STATE_COMPLETED' } } });
  });
});
