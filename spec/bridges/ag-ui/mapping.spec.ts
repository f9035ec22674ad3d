import { describe, expect, it } from '@jest/globals';
import { AgUiMapper } from '../../../src/bridges/ag-ui/index.ts';
import type { RunEvent } from '../../../src/event/run-event.ts';

interface Draft {
  readonly type: string;
  readonly data: object;
  readonly node?: string;
}

/** What becomes of events, without where and when they were. */
function told(...drafts: readonly Draft[]): readonly object[] {
  const mapper = new AgUiMapper({ threadId: 'thread-1' });
  return drafts
    .flatMap((draft, at) =>
      mapper.next({
        ...{ id: `e.${at + 1}.0`, runId: 'run-1', tenantId: 't', seq: at + 1 },
        ...{ time: '2026-01-01T00:00:00.000Z', ...draft },
      } as unknown as RunEvent),
    )
    .map(({ metadata: _, timestamp: __, rawEvent: ___, ...said }) => said);
}

const started = { type: 'started', data: {} };
const behindStart = (...drafts: readonly Draft[]) => told(started, ...drafts).slice(1);

describe('the mapper of AG-UI', () => {
  it('says arguments once, whether they came piece by piece or at once', () => {
    const call = { callId: 'c', tool: 't' };
    const pieces = ['{"a"', ':1}'].map(delta => ({ type: 'custom:tool-input', data: { ...call, delta } }));
    const called = { type: 'tool.called', data: { ...call, args: { a: 1 } } };
    const whole = behindStart(called);
    expect(whole).toEqual([
      { type: 'TOOL_CALL_START', toolCallId: 'c', toolCallName: 't' },
      { type: 'TOOL_CALL_ARGS', toolCallId: 'c', delta: '{"a":1}' },
      { type: 'TOOL_CALL_END', toolCallId: 'c' },
    ]);
    expect(behindStart(...pieces, called)).toEqual([
      whole[0],
      { type: 'TOOL_CALL_ARGS', toolCallId: 'c', delta: '{"a"' },
      { type: 'TOOL_CALL_ARGS', toolCallId: 'c', delta: ':1}' },
      whole[2],
    ]);
  });

  it('says a call that is tried again once, and its failure when it is final', () => {
    const failed = (willRetry: boolean) => ({
      type: 'tool.failed',
      data: { callId: 'c', error: 'no', willRetry },
    });
    const again = { type: 'tool.called', data: { callId: 'c', tool: 't', args: 1, attempt: 2 } };
    expect(
      behindStart(failed(true), again, failed(false)).map(said => (said as { type: string }).type),
    ).toEqual([...['CUSTOM', 'CUSTOM', 'TOOL_CALL_RESULT']]);
  });

  it('takes what is a patch for one, and anything else as it is', () => {
    const state = (data: object) => ({ type: 'custom:state', data });
    const delta = [{ op: 'add', path: '/a', value: null }];
    expect(
      behindStart(state({ snapshot: null }), state({ delta }), state({ delta: [{ op: 'fly' }] })),
    ).toEqual([
      { type: 'STATE_SNAPSHOT', snapshot: null },
      { type: 'STATE_DELTA', delta },
      { type: 'CUSTOM', name: 'state', value: { delta: [{ op: 'fly' }] } },
    ]);
  });

  it('ends a text where something else happens in its node, and leaves those of others alone', () => {
    const token = (content: string, node: string) => ({ type: 'token', data: { content }, node });
    const called = { type: 'tool.called', data: { callId: 'c', tool: 't', args: 1 }, node: 'a' };
    const types = behindStart(token('1', 'a'), token('2', 'b'), called, token('3', 'b'), token('4', 'a'));
    const texts = types.filter(said => 'messageId' in said);
    expect(texts).toEqual([
      { type: 'TEXT_MESSAGE_START', messageId: 'e-2', role: 'assistant' },
      { type: 'TEXT_MESSAGE_CONTENT', messageId: 'e-2', delta: '1' },
      { type: 'TEXT_MESSAGE_START', messageId: 'e-3', role: 'assistant' },
      { type: 'TEXT_MESSAGE_CONTENT', messageId: 'e-3', delta: '2' },
      { type: 'TEXT_MESSAGE_END', messageId: 'e-2' },
      { type: 'TEXT_MESSAGE_CONTENT', messageId: 'e-3', delta: '3' },
      { type: 'TEXT_MESSAGE_START', messageId: 'e-6', role: 'assistant' },
      { type: 'TEXT_MESSAGE_CONTENT', messageId: 'e-6', delta: '4' },
    ]);
  });

  it('keeps the name of a custom type apart from those of ours', () => {
    const custom = (type: string) => ({ type, data: {} });
    const names = behindStart(custom('custom:fraud'), custom('custom:token'), custom('from.the.future'));
    expect(names.map(said => (said as { name: string }).name)).toEqual([
      ...['fraud', 'custom:token', 'from.the.future'],
    ]);
  });

  it('puts the conversation back to what it was where all that was seen is void', () => {
    const mapper = new AgUiMapper();
    const messages = [{ id: 'm1', role: 'user', content: 'hello' }];
    const first = { ...started, data: { input: { messages } } };
    const at = (draft: Draft, seq: number) =>
      ({
        id: `e.${seq}.0`,
        runId: 'r',
        tenantId: 't',
        seq,
        time: '2026-01-01T00:00:00.000Z',
        ...draft,
      }) as RunEvent;
    mapper.next(at(first, 1));
    mapper.next(at({ type: 'token', data: { content: 'gone' } }, 2));
    const lost = mapper.next({ notice: 'reset', runId: 'r', reason: 'fork' });
    const again = mapper.next(at(first, 1));
    expect([...lost, ...again].map(({ type }) => type)).toEqual([
      ...['TEXT_MESSAGE_END', 'CUSTOM', 'MESSAGES_SNAPSHOT'],
    ]);
    expect(again[0]).toMatchObject({ messages });
  });
});
