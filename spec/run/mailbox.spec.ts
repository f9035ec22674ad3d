import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import type { Proposal } from '../../src/event/proposal.ts';
import { Mailbox } from '../../src/run/mailbox.ts';
import { thrownBy } from '../support/code-of.ts';

const EVENT_BYTES = 64 * 1024;

function mailbox(events = 3, bytes = 10_000, eventBytes = EVENT_BYTES): Mailbox {
  return new Mailbox({ events, bytes }, eventBytes);
}

function token(content: string, more: Partial<Proposal> = {}, data: Record<string, string> = {}): Proposal {
  return { type: 'token', data: { content, ...data }, at: 0, size: content.length + 10, ...more };
}

const fact = (name: string): Proposal => ({ ...token(name), type: 'status', fact: true });
const receipt = { settle: () => undefined, fail: () => undefined };

function takeAll(box: Mailbox): Proposal[] {
  const taken: Proposal[] = [];
  for (let next = box.take(); next; next = box.take()) taken.push(next);
  return taken;
}

const contents = (proposals: readonly Proposal[]) => proposals.map(({ data }) => data['content']);

describe('a mailbox', () => {
  it('gives back what it was given, in order', () => {
    const box = mailbox(100_000, 1e9);
    const names = Array.from({ length: 5_000 }, (_, at) => `n${at}`);
    const taken: Proposal[] = [];
    for (const [at, name] of names.entries()) {
      box.put(token(name));
      if (at % 3 === 2) taken.push(box.take()!);
    }
    expect(contents([...taken, ...takeAll(box)])).toEqual(names);
    expect([box.isEmpty, box.depth, box.take()]).toEqual([true, 0, undefined]);
  });

  it('takes what goes ahead before all that waits, in its own order', () => {
    const box = mailbox();
    box.put(token('a'));
    box.putAhead(fact('x'));
    box.putAhead(fact('y'));
    box.put(token('b'));
    expect(box.depth).toBe(4);
    expect(contents(takeAll(box))).toEqual(['x', 'y', 'a', 'b']);
  });

  it('counts statements only: facts and the end always find room', () => {
    const box = mailbox(1, 10);
    box.put(token('a'));
    for (let at = 0; at < 50; at++) box.put(fact(`f${at}`));
    box.put({ ...fact('end'), final: true });
    expect(thrownBy(() => box.put({ ...token('b'), type: 'progress' }))).toBe('MAILBOX_FULL');
    expect(takeAll(box)).toHaveLength(52);
    box.put(token('b'));
    expect(box.depth).toBe(1);
  });

  it('joins neighbouring tokens of one message at the limit of events, without loss', () => {
    const box = mailbox(1);
    box.put(token('Hel', {}, { messageId: 'm' }));
    box.put(token('lo', {}, { messageId: 'm' }));
    box.put(token('!', {}, { messageId: 'm', finishReason: 'stop' }));
    expect(thrownBy(() => box.put(token('more', {}, { messageId: 'm' })))).toBe('MAILBOX_FULL');
    expect(takeAll(box).map(({ data }) => data)).toEqual([
      { content: 'Hello!', messageId: 'm', finishReason: 'stop' },
    ]);
  });

  it.each<[string, Proposal]>([
    ['of another message', token('b', {}, { messageId: 'n' })],
    ['of another role', token('b', {}, { role: 'user' })],
    ['of another node', token('b', { node: 'n' })],
    ['from somebody else', token('b', { source: 'user' })],
    ['with another cause', token('b', { cause: 1 })],
    ['with facts of its own', token('b', { metadata: { a: 1 } })],
    ['that somebody waits for', token('b', { receipt })],
    ['of another type', { ...token('b'), type: 'custom:b' }],
  ])('joins no token %s', (_, other) => {
    const box = mailbox(1);
    box.put(token('a'));
    expect(thrownBy(() => box.put(other))).toBe('MAILBOX_FULL');
    const reverse = mailbox(1);
    reverse.put(other);
    expect(thrownBy(() => reverse.put(token('a')))).toBe('MAILBOX_FULL');
  });

  it('joins nothing over a fact between', () => {
    const box = mailbox(1);
    box.put(token('a'));
    box.put(fact('f'));
    expect(thrownBy(() => box.put(token('b')))).toBe('MAILBOX_FULL');
  });

  it('joins tokens to no more than one event may hold', () => {
    const box = mailbox(1, 1e9, 1_024);
    box.put(token('x'.repeat(40)));
    box.put(token('y'.repeat(30)));
    expect(thrownBy(() => box.put(token('z'.repeat(30))))).toBe('MAILBOX_FULL');
  });

  it('refuses statements beyond its bytes, tokens too, and takes them when there is room again', () => {
    const box = mailbox(100, 100);
    box.put(token('x'.repeat(60)));
    expect(thrownBy(() => box.put(token('x'.repeat(60))))).toBe('MAILBOX_FULL');
    box.take();
    box.put(token('x'.repeat(60)));
    expect(box.depth).toBe(1);
  });

  it('takes one statement however large, or it could never be written', () => {
    const box = mailbox(100, 100);
    box.put(token('x'.repeat(5_000)));
    expect(thrownBy(() => box.put(token('x')))).toBe('MAILBOX_FULL');
    expect(takeAll(box)).toHaveLength(1);
  });

  it('counts what was taken, over any number of rounds', () => {
    const box = mailbox(10_000, 1e9);
    let put = 0;
    for (const round of [1, 3_000, 5, 2_500]) {
      for (let at = 0; at < round; at++) box.put(token(String(put++)));
      expect(box.end).toBe(put);
      takeAll(box);
      expect(box.taken).toBe(put);
    }
  });

  it('keeps every character of any stream of tokens, or says that it is full', () => {
    const step = fc.oneof(
      fc.record({ put: fc.string({ maxLength: 5 }), message: fc.constantFrom('m', 'n') }),
      fc.constant('take' as const),
    );
    fc.assert(
      fc.property(fc.array(step), fc.integer({ min: 1, max: 4 }), (steps, events) => {
        const box = mailbox(events, 200);
        const accepted = { m: '', n: '' };
        const got = { m: '', n: '' };
        const note = ({ data }: Proposal): void => {
          got[data['messageId'] as 'm' | 'n'] += data['content'] as string;
        };
        for (const one of steps) {
          if (one === 'take') {
            const next = box.take();
            if (next) note(next);
          } else {
            const refusal = thrownBy(() => box.put(token(one.put, {}, { messageId: one.message })));
            if (refusal === 'nothing thrown') accepted[one.message] += one.put;
            else expect(refusal).toBe('MAILBOX_FULL');
            expect(box.depth).toBeLessThanOrEqual(events);
          }
        }
        takeAll(box).forEach(note);
        expect(got).toEqual(accepted);
      }),
    );
  });
});
