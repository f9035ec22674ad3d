import { describe, expect, it } from '@jest/globals';
import type { Awaitable } from '../../src/backends/awaitable.ts';
import { runKey, type AppendResult, type Batch, type Log } from '../../src/backends/backend.ts';
import { isSluiceError, type SluiceError } from '../../src/errors/sluice-error.ts';
import { chainNext, chainStart } from '../../src/event/chain.ts';
import { encodeLine } from '../../src/event/codec.ts';
import type { Outcome, Proposal } from '../../src/event/proposal.ts';
import type { RunEvent } from '../../src/event/run-event.ts';
import { Commit } from '../../src/run/commit.ts';

const identity = {
  ...{ runId: 'r', tenantId: 't', key: runKey('t', 'r'), epoch: 'e1' },
  ...{ threadId: undefined, labels: {}, metadata: undefined },
};

function setup(answer: (batch: Batch) => Awaitable<AppendResult>, isChained = false) {
  const told: string[] = [];
  const events: RunEvent[] = [];
  const batches: Batch[] = [];
  const lost: SluiceError[] = [];
  const log = {
    append: (_: unknown, batch: Batch) => {
      batches.push(batch);
      return answer(batch);
    },
  } as Partial<Log> as Log;
  const commit = new Commit({
    parts: { identity, services: { log, isChained } },
    end: { say: proposed => proposed, lose: error => lost.push(error) },
    stopping: { request: () => undefined },
    possession: undefined,
    deliver: event => {
      events.push(event);
      told.push(`deliver ${event.seq}`);
    },
  });
  const propose = (name: string, more: Partial<Proposal> = {}): void =>
    commit.next({
      ...{ type: 'step', data: { name }, at: 1_000, size: 50 },
      receipt: {
        settle: (outcome: Outcome) => told.push(`${name} ${outcome.outcome}`),
        fail: (error: unknown) => told.push(`${name} ${isSluiceError(error) ? error.code : String(error)}`),
      },
      ...more,
    });
  return { commit, propose, told, events, batches, lost };
}

const ok = ({ after, entries }: Batch): AppendResult => ({
  ...{ result: 'ok', first: after + 1, last: after + entries.length, cursor: '' },
});

describe('commit', () => {
  it('numbers from 1, appends what came as one group, and delivers before it answers', () => {
    const { commit, propose, told, batches } = setup(ok);
    propose('a');
    propose('b');
    expect(commit.flush()).toBeUndefined();
    propose('c');
    void commit.flush();
    expect(batches.map(({ after, entries }) => [after, entries.map(({ seq }) => seq)])).toEqual([
      [0, [1, 2]],
      [2, [3]],
    ]);
    expect(told).toEqual(['deliver 1', 'a stored', 'deliver 2', 'b stored', 'deliver 3', 'c stored']);
    expect(new Set(batches.map(({ id }) => id)).size).toBe(2);
  });

  it('appends nothing where nothing came', () => {
    const { commit, batches } = setup(ok);
    void commit.flush();
    expect(batches).toEqual([]);
  });

  it('waits for a backend that answers later, and delivers nothing before', async () => {
    let answer!: () => void;
    const { commit, propose, told } = setup(
      batch => new Promise(resolve => (answer = () => resolve(ok(batch)))),
    );
    propose('a');
    const appended = commit.flush();
    await Promise.resolve();
    expect(told).toEqual([]);
    answer();
    await appended;
    expect(told).toEqual(['deliver 1', 'a stored']);
  });

  it('never sets time back', () => {
    const { commit, propose, events } = setup(ok);
    propose('a', { at: 5_000 });
    propose('b', { at: 1_000 });
    propose('c', { at: Number.NaN });
    propose('d', { at: 6_000 });
    void commit.flush();
    const seconds = events.map(({ time }) => Date.parse(time) / 1_000);
    expect(seconds).toEqual([5, 5, 5, 6]);
  });

  it('writes the envelope that was proposed and no member more', () => {
    const { commit, propose, events } = setup(ok);
    propose('a');
    propose('b', { source: 'agent', node: 'n', cause: 1, metadata: { m: 1 }, final: true, type: 'complete' });
    void commit.flush();
    const members = ['id', 'runId', 'tenantId', 'seq', 'type', 'time', 'data', 'source'];
    expect(Object.keys(events[0]!)).toEqual(members);
    expect(events[0]!.source).toBe('agent');
    expect(events[1]).toEqual({
      ...{
        id: 'e1.2.0',
        runId: 'r',
        tenantId: 't',
        seq: 2,
        type: 'complete',
        time: '1970-01-01T00:00:01.000Z',
      },
      ...{ data: { name: 'b' }, source: 'agent', node: 'n', cause: 1, metadata: { m: 1 }, final: true },
    });
  });

  it('chains the lines where the backend can diverge', () => {
    const { commit, propose, events, batches } = setup(ok, true);
    expect(commit.cursor).toBe(`e1.0.${chainStart('e1')}`);
    propose('a');
    propose('b');
    void commit.flush();
    let hash = chainStart('e1');
    for (const [at, event] of events.entries()) {
      hash = chainNext(hash, encodeLine(event));
      expect(event.id).toBe(`e1.${event.seq}.${hash}`);
      expect(batches[0]!.entries[at]!.line).toBe(encodeLine(event));
    }
    expect(commit.cursor).toBe(events[1]!.id);
  });

  it('says which batch has the end', () => {
    const { commit, propose, batches } = setup(ok);
    propose('a');
    void commit.flush();
    propose('b', { final: true, type: 'cancelled' });
    void commit.flush();
    expect(batches.map(({ end }) => end)).toEqual([undefined, 'cancelled']);
  });

  it('takes a duplicate for what it is: stored before', () => {
    const { commit, propose, told } = setup(batch => ({ ...ok(batch), result: 'duplicate' }) as AppendResult);
    propose('a');
    void commit.flush();
    expect(told).toEqual(['deliver 1', 'a stored']);
  });

  const refusals: AppendResult[] = [
    { result: 'gap', expected: 7 },
    { result: 'closed', end: 3 },
    { result: 'fenced' },
    { result: 'lost' },
  ];

  it.each(refusals)('delivers nothing once the log refuses, and fails what waits: %j', async refusal => {
    for (const answer of [() => refusal, () => Promise.resolve(refusal)]) {
      const { commit, propose, told, lost, batches } = setup(answer);
      propose('a');
      propose('b');
      await commit.flush();
      propose('c');
      await commit.flush();
      expect(told).toEqual(['a STORAGE_LOST', 'b STORAGE_LOST', 'c STORAGE_LOST']);
      expect(lost).toHaveLength(1);
      expect(lost[0]!.details).toEqual({ result: refusal.result });
      expect(batches).toHaveLength(1);
    }
  });

  it.each([
    [
      'throws',
      () => {
        throw new Error('disk');
      },
    ],
    ['rejects', () => Promise.reject(new Error('disk'))],
  ])('takes a log that %s for lost', async (_, answer) => {
    const { commit, propose, told, lost } = setup(answer);
    propose('a');
    await commit.flush();
    expect(told).toEqual(['a STORAGE_LOST']);
    expect((lost[0]!.cause as Error).message).toBe('disk');
  });
});
