import { describe, expect, it } from '@jest/globals';
import * as z from 'zod';
import { defineEvents } from '../../src/event/define-events.ts';
import type { Outcome, Proposal } from '../../src/event/proposal.ts';
import { Emitter } from '../../src/run/emitter.ts';
import { thrownBy } from '../support/code-of.ts';

class Spy extends Emitter {
  readonly proposals: Proposal[] = [];

  protected override propose(proposal: Proposal): void {
    this.proposals.push(proposal);
  }

  protected override proposeAndWait(proposal: Proposal): Promise<Outcome> {
    this.proposals.push(proposal);
    return Promise.resolve({ outcome: 'held' });
  }

  get last(): Proposal {
    return this.proposals.at(-1)!;
  }
}

const NOW = 1_234;
const spy = (more: Partial<ConstructorParameters<typeof Spy>[0]> = {}) =>
  new Spy({ now: () => NOW, eventBytes: 4_096, ...more });
const anything = (value: unknown) => value as never;

describe('an emitter', () => {
  it.each<[string, (e: Spy) => unknown, string, object]>([
    ['token', e => e.token('a'), 'token', { content: 'a' }],
    [
      'token of a message',
      e => e.token('a', { messageId: 'm', role: 'assistant', finishReason: 'stop' }),
      'token',
      { content: 'a', messageId: 'm', role: 'assistant', finishReason: 'stop' },
    ],
    ['progress', e => e.progress('parse', 0.5), 'progress', { step: 'parse', fraction: 0.5 }],
    [
      'progress in full',
      e => e.progress('parse', 1, { message: 'm', current: 1, total: 2, details: { d: 1 } }),
      'progress',
      { step: 'parse', fraction: 1, message: 'm', current: 1, total: 2, details: { d: 1 } },
    ],
    [
      'step',
      e => e.step('s', { durationMs: 1, inputKeys: ['a'], outputKeys: ['b'] }),
      'step',
      { name: 's', durationMs: 1, inputKeys: ['a'], outputKeys: ['b'] },
    ],
    ['warn', e => e.warn('careful'), 'error', { code: 'WARNING', message: 'careful', recoverable: true }],
    [
      'warn in full',
      e => e.warn('careful', { code: 'SLOW', details: { ms: 1 } }),
      'error',
      { code: 'SLOW', message: 'careful', recoverable: true, details: { ms: 1 } },
    ],
    ['custom', e => e.custom('mine', { a: [1, null] }), 'custom:mine', { a: [1, null] }],
    ['checkpoint', e => e.checkpoint('draft', { a: 1 }), 'checkpoint', { name: 'draft', data: { a: 1 } }],
    [
      'emit',
      e => e.emit('tool.failed', { callId: 'c', error: 'e' }),
      'tool.failed',
      { callId: 'c', error: 'e' },
    ],
  ])('says %s', (_, act, type, data) => {
    const emitter = spy();
    void act(emitter);
    expect(emitter.last).toMatchObject({ type, data, at: NOW, source: 'agent' });
    expect(emitter.last.data).toEqual(data);
    expect(emitter.last.size).toBeGreaterThanOrEqual(JSON.stringify(data).length);
    expect(emitter.last.final ?? emitter.last.fact).toBeUndefined();
  });

  it('gives artifacts an id, or takes one, and returns it', () => {
    const emitter = spy();
    const id = emitter.artifact('report', { pages: 1 });
    expect(emitter.last.data).toEqual({ artifactId: id, artifactType: 'report', data: { pages: 1 } });
    expect(
      emitter.artifact('report', 'x', { artifactId: 'mine', name: 'n', partial: true, last: false }),
    ).toBe('mine');
  });

  it('takes an envelope with every call, and copies it', () => {
    const metadata = { deep: { a: 1 } };
    const envelope = { source: 'environment', node: 'plan/2', cause: 1, metadata } as const;
    const calls: ((e: Spy) => unknown)[] = [
      e => e.token('a', envelope),
      e => e.progress('p', 0, envelope),
      e => e.step('s', envelope),
      e => e.warn('w', envelope),
      e => e.custom('c', {}, envelope),
      e => e.artifact('t', {}, envelope),
      e => e.checkpoint('c', {}, envelope),
      e => e.emit('step', { name: 's' }, envelope),
    ];
    for (const call of calls) {
      const emitter = spy();
      void call(emitter);
      expect(emitter.last).toMatchObject(envelope);
      expect(emitter.last.metadata).not.toBe(metadata);
      expect((emitter.last.metadata as { deep?: object }).deep).not.toBe(metadata.deep);
    }
  });

  it.each<[string, (e: Spy) => unknown]>([
    ['token of no text', e => e.token(anything(5))],
    ['token of a message that is no text', e => e.token('a', anything({ messageId: 1 }))],
    ['token with a node that is none', e => e.token('a', { node: 'a//b' })],
    ['token with a control character in its node', e => e.token('a', { node: 'a\u0000' })],
    ['token from nowhere', e => e.token('a', anything({ source: 'moon' }))],
    ['token without a true cause', e => e.token('a', { cause: -1 })],
    ['token with a function in its metadata', e => e.token('a', anything({ metadata: { f: () => 1 } }))],
    ['warning without a text', e => e.warn(anything(new Error('x')))],
    ['warning without a code', e => e.warn('x', { code: '' })],
    ['warning with details that are none', e => e.warn('x', anything({ details: 'text' }))],
    ['warning with a node that is none', e => e.warn('x', { node: '' })],
    ['progress beyond 1', e => e.progress('p', 1.1)],
    ['progress that is no number', e => e.progress('p', Number.NaN)],
    ['step without a name', e => e.step('')],
    ['custom type that cannot be', e => e.custom('a b' as never, {})],
    ['custom data that is no object', e => e.custom('a', anything([]))],
    ['custom data with a date', e => e.custom('a', anything({ at: new Date() }))],
    ['custom data with a cycle', e => e.custom('a', anything(cyclic()))],
    ['custom data with __proto__', e => e.custom('a', JSON.parse('{"__proto__":{"a":1}}') as never)],
    ['type that does not exist', e => e.emit(anything('tokens'), anything({}))],
    ['type that is no text', e => e.emit(anything(7), anything({}))],
    ['data of another type', e => e.emit('step', anything({ content: 'x' }))],
    ['option that it does not know', e => e.step('s', anything({ nodes: 'x' }))],
  ])('refuses a %s with BAD_EVENT, at the call', (_, act) => {
    const emitter = spy();
    expect(thrownBy(() => act(emitter))).toBe('BAD_EVENT');
    expect(emitter.proposals).toEqual([]);
  });

  it.each(['started', 'complete', 'error', 'cancelled', 'status', 'ask', 'answer', 'control.decided'])(
    'refuses %s, which only the engine says, also behind another name',
    type => {
      const data = { name: 's', code: 'c', message: 'm', durationMs: 1 };
      expect(thrownBy(() => spy().emit(anything(type), anything(data)))).toBe('RESERVED_TYPE');
      const smuggled = anything({ type: 'custom:x', data: {} });
      expect(thrownBy(() => spy().emit(anything(type), anything(data), smuggled))).toBe('RESERVED_TYPE');
    },
  );

  it('knows declared types, and refuses others', () => {
    const events = defineEvents({ 'custom:fraud': z.object({ score: z.number() }) });
    const emitter = spy({ events });
    emitter.custom('fraud', { score: 1 });
    expect(thrownBy(() => emitter.custom('fraud', { score: 'high' }))).toBe('BAD_EVENT');
    expect(thrownBy(() => emitter.custom('other', {}))).toBe('BAD_EVENT');
    expect(emitter.proposals).toHaveLength(1);
  });

  it.each<[string, (e: Spy, size: number) => unknown]>([
    ['token', (e, size) => e.token('x'.repeat(size))],
    ['token in two bytes a character', (e, size) => e.token('é'.repeat(size / 2))],
    ['custom data', (e, size) => e.custom('c', { text: 'x'.repeat(size) })],
    ['metadata of a token', (e, size) => e.token('a', { metadata: { text: 'x'.repeat(size) } })],
    ['metadata of custom data', (e, size) => e.custom('c', {}, { metadata: { text: 'x'.repeat(size) } })],
    ['metadata of a warning', (e, size) => e.warn('w', { metadata: { text: 'x'.repeat(size) } })],
    ['numbers', (e, size) => e.custom('c', { list: new Array<number>(size / 2).fill(1) })],
  ])('admits %s up to its limit and refuses more', (_, act) => {
    const emitter = spy();
    void act(emitter, 3_600);
    expect(emitter.proposals).toHaveLength(1);
    expect(thrownBy(() => act(emitter, 4_200))).toBe('EVENT_TOO_LARGE');
    expect(emitter.proposals).toHaveLength(1);
  });

  it('shares nothing mutable with its caller', () => {
    const data = { list: [1], deep: { a: 1 } };
    const emitter = spy();
    emitter.custom('c', data);
    data.list.push(2);
    data.deep.a = 2;
    expect(emitter.last.data).toEqual({ list: [1], deep: { a: 1 } });
  });

  it('keeps halves of surrogate pairs, which tokens may be cut into', () => {
    const [first, second] = ['\u{1f600}'.slice(0, 1), '\u{1f600}'.slice(1)];
    for (const options of [undefined, { node: 'n' }]) {
      const emitter = spy();
      emitter.token(first, options);
      emitter.token(second, options);
      const contents = emitter.proposals.map(({ data }) => data['content'] as string);
      expect(contents.join('')).toBe('\u{1f600}');
    }
  });
});

function cyclic(): object {
  const data: { self?: object } = {};
  data.self = data;
  return data;
}
