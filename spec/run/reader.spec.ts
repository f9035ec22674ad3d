import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { runKey, type Backend, type RunRecord } from '../../src/backends/backend.ts';
import { memoryBackend } from '../../src/backends/memory/memory-backend.ts';
import type { Position } from '../../src/event/cursor.ts';
import { Entry } from '../../src/event/entry.ts';
import { parseFilter } from '../../src/event/filter.ts';
import { isNotice } from '../../src/event/notice.ts';
import { RunReader, type ReaderOptions, type ReadStep } from '../../src/run/reader.ts';
import { sample } from '../support/sample-events.ts';

const key = runKey('tenant', 'run');

function record(epoch = 'e1'): RunRecord {
  return {
    ...{ runId: 'run', tenantId: 'tenant', epoch, status: 'running', ttl: 3_600_000 },
    ...{ createdAt: '2026-01-01T00:00:00.000Z', updatedAt: '2026-01-01T00:00:00.000Z' },
    keep: { events: 10_000, bytes: 10_000_000 },
  };
}

function logged(count: number, { closed = false, epoch = 'e1' } = {}): Backend {
  const backend = memoryBackend();
  void backend.directory.create(record(epoch));
  const entries = Array.from({ length: count }, (_, at) => {
    const isFinal = closed && at === count - 1;
    const type = isFinal ? 'complete' : at % 2 === 0 ? 'custom:even' : 'custom:odd';
    return Entry.ofEvent(
      sample(at + 1, type, {}, { id: `${epoch}.${at + 1}.0`, ...(isFinal && { final: true }) }),
      100,
    );
  });
  void backend.log.append(key, { id: '1', after: 0, entries, end: closed ? 'complete' : undefined });
  return backend;
}

function reader(backend: Backend, after: Position, more: Partial<ReaderOptions> = {}): RunReader {
  return new RunReader({
    ...{ log: backend.log, key, runId: 'run', after, filter: parseFilter(undefined) },
    page: { events: 3, bytes: 1e6 },
    ...more,
  });
}

const read = (from: RunReader, limit?: number) => from.read(limit) as ReadStep;
const shown = ({ items, state }: ReadStep) => [
  ...items.map(item => (isNotice(item) ? item.notice : item.seq)),
  state,
];

describe('a reader', () => {
  it('takes pages until the tip, and waits there', () => {
    const from = reader(logged(7), 'start');
    expect([read(from), read(from), read(from), read(from)].map(shown)).toEqual([
      [1, 2, 3, 'more'],
      [4, 5, 6, 'more'],
      [7, 'tip'],
      ['tip'],
    ]);
    expect([from.seq, from.cursor]).toEqual([7, 'e1.7.0']);
  });

  it('says end exactly with the final event, and stays there', () => {
    const from = reader(logged(6, { closed: true }), 'start');
    expect([read(from), read(from), read(from)].map(shown)).toEqual([
      [1, 2, 3, 'more'],
      [4, 5, 6, 'end'],
      ['end'],
    ]);
  });

  it('begins where it is told, at every position and page size', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 12 }),
        fc.nat(12),
        fc.integer({ min: 1, max: 5 }),
        fc.boolean(),
        (count, position, limit, closed) => {
          const seq = Math.min(position, count);
          const backend = logged(count, { closed: closed && count > 0 });
          const hasEnd = closed && count > 0;
          for (const after of [{ seq }, { epoch: 'e1', seq, hash: '0' }]) {
            const from = reader(backend, after);
            const seqs: unknown[] = [];
            let step: ReadStep;
            do {
              step = read(from, limit);
              expect(step.items.length).toBeLessThanOrEqual(limit);
              seqs.push(...step.items.map(item => !isNotice(item) && item.seq));
            } while (step.state === 'more');
            expect(seqs).toEqual(Array.from({ length: count - seq }, (_, at) => seq + 1 + at));
            expect(step.state).toBe(hasEnd ? 'end' : 'tip');
          }
        },
      ),
    );
  });

  it('begins after the newest event with "now"', () => {
    const backend = logged(5);
    const from = reader(backend, 'now');
    expect(shown(read(from))).toEqual(['tip']);
    expect(from.cursor).toBe('e1.5.0');
    void backend.log.append(key, { id: '2', after: 5, entries: [Entry.ofEvent(sample(6), 100)] });
    expect(shown(read(from))).toEqual([6, 'tip']);
    expect(shown(read(reader(logged(5, { closed: true }), 'now')))).toEqual(['end']);
  });

  it('names what retention took, and goes on behind it', () => {
    const backend = logged(8);
    void backend.log.trim(key, 5);
    const from = reader(backend, { epoch: 'e1', seq: 2, hash: '0' });
    const gap = read(from);
    expect(gap).toEqual({
      items: [{ notice: 'gap', runId: 'run', reason: 'trimmed', from: 3, to: 5, cursor: 'e1.5.0' }],
      state: 'more',
    });
    expect(shown(read(from))).toEqual([6, 7, 8, 'tip']);
  });

  it.each<[string, Position, string]>([
    ['another life', { epoch: 'e0', seq: 1, hash: '0' }, 'epoch'],
    ['the future', { epoch: 'e1', seq: 9, hash: '0' }, 'future'],
    ['a number in the future', { seq: 9 }, 'future'],
  ])('resets a cursor of %s, and gives the log from its start', (_, after, reason) => {
    const from = reader(logged(2), after);
    expect(read(from)).toEqual({ items: [{ notice: 'reset', runId: 'run', reason }], state: 'more' });
    expect(shown(read(from))).toEqual([1, 2, 'tip']);
  });

  it('ends with reset{gone} where the run is no more', () => {
    const backend = logged(2);
    const from = reader(backend, 'start', { page: { events: 1, bytes: 1e6 } });
    read(from);
    void backend.directory.delete(key);
    expect(read(from)).toEqual({ items: [{ notice: 'reset', runId: 'run', reason: 'gone' }], state: 'end' });
    expect(shown(read(from))).toEqual(['end']);
  });

  it('that belongs to one life of a run tells that it is gone, and nothing of the next', () => {
    const from = reader(logged(2, { epoch: 'e2' }), { seq: 0 }, { epoch: 'e1' });
    expect(read(from)).toEqual({ items: [{ notice: 'reset', runId: 'run', reason: 'gone' }], state: 'end' });
  });

  it('leaves out what its filter does, keeps its cursor true, and drops no notice', () => {
    const backend = logged(8, { closed: true });
    void backend.log.trim(key, 2);
    const from = reader(backend, 'start', { filter: parseFilter('custom:even') });
    expect([read(from), read(from), read(from)].map(shown)).toEqual([
      ['gap', 'more'],
      [3, 5, 'more'],
      [7, 8, 'end'],
    ]);
    const odd = reader(
      backend,
      { seq: 2 },
      { filter: parseFilter('custom:odd'), page: { events: 1, bytes: 1e6 } },
    );
    expect(shown(read(odd))).toEqual(['more']);
    expect(odd.cursor).toBe('e1.3.0');
  });

  it('reads on at another place with the same filter', () => {
    const from = reader(logged(4), 'start', { filter: parseFilter('custom:even') });
    expect(shown(read(from.at({ seq: 2 })))).toEqual([3, 'tip']);
    expect(from.seq).toBe(0);
  });
});
