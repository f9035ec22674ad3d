import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { isNotice, type Notice, type RunEvent } from '../../src/client/index.ts';
import { LogEntries } from '../../src/dashboard/log-entries.ts';

const token = (seq: number, content = `word ${seq}`): RunEvent => ({
  ...{ id: `e.${seq}.0`, runId: 'r', tenantId: 't', seq, time: '2030-01-01T00:00:00.000Z' },
  ...{ type: 'token', data: { content } },
});
const gap: Notice = { notice: 'gap', runId: 'r', reason: 'trimmed', from: 1, to: 4, cursor: 'e.4.0' };
const seqs = ({ shown }: LogEntries) => shown.map(({ item }) => (isNotice(item) ? item.notice : item.seq));

describe('the entries of a log', () => {
  it('are those that have all the words, in type or data, old and new', () => {
    const entries = new LogEntries();
    entries.push(token(1, 'One Fish'));
    entries.push(token(2, 'two'));
    entries.filter(' fish  TOKEN ');
    entries.push(token(3, 'red fish'));
    entries.push(token(4, 'blue'));
    expect([seqs(entries), entries.count]).toEqual([[1, 3], 4]);
    entries.filter('gap trimmed');
    entries.push(gap);
    expect(seqs(entries)).toEqual(['gap']);
    entries.filter('');
    expect(seqs(entries)).toEqual([1, 2, 3, 4, 'gap']);
  });

  it('are the newest, and as many as there may be', () => {
    const entries = new LogEntries({ entries: 2_000, size: Infinity });
    let dropped = 0;
    for (let seq = 1; seq <= 10_000; seq++) dropped += entries.push(token(seq));
    expect(entries.count).toBeGreaterThanOrEqual(2_000);
    expect(entries.count).toBeLessThan(3_000);
    expect(entries.firstSeq).toBe(dropped + 1);
    expect(seqs(entries).at(-1)).toBe(10_000);
  });

  it('are fewer where they are large', () => {
    const entries = new LogEntries({ entries: 20_000, size: 10_000 });
    for (let seq = 1; seq <= 100; seq++) entries.push(token(seq, 'x'.repeat(1_000)));
    expect(entries.count).toBeLessThan(12);
    expect(seqs(entries).at(-1)).toBe(100);
  });

  it('begin with what was loaded, which is not dropped at once', () => {
    const entries = new LogEntries({ entries: 10, size: Infinity });
    for (let seq = 1_001; seq <= 2_000; seq++) entries.push(token(seq));
    entries.prepend(Array.from({ length: 1_000 }, (_, at) => token(at + 1)));
    expect([entries.firstSeq, entries.push(token(2_001))]).toEqual([1, 0]);
  });

  it('are those of a topic, and of no type that only has its name inside', () => {
    const entries = new LogEntries();
    entries.push(token(1, 'token.* node'));
    entries.push({ ...token(2), type: 'node.skipped', data: { name: 'tool.called' } });
    entries.filter('node.*');
    expect(seqs(entries)).toEqual([2]);
    entries.filter('tool.*');
    expect(seqs(entries)).toEqual([]);
  });

  it('begin in the middle of a run where they are told to, and are found by their seq', () => {
    const entries = new LogEntries();
    entries.beginAt(500);
    expect(entries.firstSeq).toBe(500);
    entries.prepend([gap, token(498), token(499)]);
    entries.push(token(500));
    expect([entries.indexOf(499), entries.indexOf(5), entries.indexOf(501)]).toEqual([2, 1, -1]);
  });

  it('begin where a notice says that nothing is kept before', () => {
    const entries = new LogEntries();
    entries.push(gap);
    entries.push(token(5));
    expect(entries.firstSeq).toBe(1);
  });

  it('are the same whether a filter was set before or after they came', () => {
    const contents = fc.array(fc.constantFrom('a', 'b', 'a b', 'c'), { maxLength: 40 });
    fc.assert(
      fc.property(contents, fc.constantFrom('a', 'b a', 'c', 'z'), (texts, filter) => {
        const [before, after] = [new LogEntries(), new LogEntries()];
        before.filter(filter);
        texts.forEach((text, at) => [before, after].forEach(entries => entries.push(token(at, text))));
        after.filter(filter);
        expect(seqs(before)).toEqual(seqs(after));
      }),
    );
  });
});
