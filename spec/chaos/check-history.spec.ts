import { describe, expect, it } from '@jest/globals';
import { checkHistory } from './check-history.ts';
import { WHOLE, type Noted } from './history.ts';

const LINE = ['x', 'a', 'b', 'c', 'end'];
const hashOf = (at: number, fork = ''): string => `${fork}hash${at}`.padStart(8, '-').slice(-8);

/** A cursor of the one run of these histories. */
const at = (seq: number, fork?: string): string => `e.${seq}.${hashOf(seq, fork)}`;

function read(reader: string, seq: number, fork?: string): Noted {
  const mark = LINE[seq - 1]!;
  return {
    ...{ kind: 'read', run: 'r', reader, id: at(seq, fork), sum: `${mark}${fork ?? ''}` },
    ...(mark === 'x' || mark === 'end'
      ? { type: mark === 'x' ? 'started' : 'complete', source: 'runtime' }
      : { type: 'custom:mark', mark }),
    ...(mark === 'end' && { final: true }),
  };
}

const began = (reader: string, after = 'start'): Noted => ({ kind: 'began', run: 'r', reader, after });
const ended = (reader: string): Noted => ({ kind: 'ended', run: 'r', reader });
const tried = (mark: string, by = 'w'): Noted => ({ kind: 'tried', run: 'r', by, type: 'custom:mark', mark });
const acked = (mark: string, by = 'w', id?: string): Noted => ({
  ...{ kind: 'acked', run: 'r', by, mark },
  ...(id !== undefined && { id }),
});
const reset = (reader: string, reason: string): Noted => ({
  ...{ kind: 'notice', run: 'r', reader, notice: 'reset', reason },
});
const reads = (reader: string, ...seqs: number[]): Noted[] => seqs.map(seq => read(reader, seq));
const readsAll = (reader: string): Noted[] => [began(reader), ...reads(reader, 1, 2, 3, 4, 5), ended(reader)];

const STARTED: Noted[] = [{ kind: 'started', run: 'r', by: 'w' }];
const SAID = ['a', 'b', 'c'].flatMap(mark => [tried(mark), acked(mark)]);
const QUIET = readsAll(WHOLE);
/** Takes back what was acknowledged at any time of these histories. */
const LOSS: Noted = { kind: 'fault', what: 'power loss', loses: { from: 0, to: 1_000 } };

function anomaliesOf(...noted: readonly (Noted | readonly Noted[])[]): string[] {
  const records = noted.flat().map((record, t) => ({ ...record, t: t + 1 }));
  return [...new Set(checkHistory(records).map(({ anomaly }) => anomaly))];
}

describe('the checker of histories finds nothing', () => {
  it.each<[string, Noted[]]>([
    ['in a quiet run', readsAll('a')],
    [
      'where a reader goes on behind its cursor',
      [began('a'), ...reads('a', 1, 2), began('a', at(2)), ...reads('a', 3, 4, 5), ended('a')],
    ],
    ['where one goes on that was given the end already', [...readsAll('a'), began('a', at(5)), ended('a')]],
    [
      'where a reader goes on behind a cursor that it had from another',
      [began('a', at(3)), ...reads('a', 4, 5)],
    ],
    [
      'where a reader is no more',
      [began('a'), ...reads('a', 1, 2), { kind: 'left', run: 'r', reader: 'a', why: 'killed' }],
    ],
    [
      'where the process of a reader is no more',
      [began('B1.0'), ...reads('B1.0', 1, 2), { kind: 'died', by: 'B1' }],
    ],
    ['where a reader begins anew', [began('a'), ...reads('a', 1, 2), ...readsAll('a')]],
  ])('%s', (_, more) => {
    expect(anomaliesOf(STARTED, SAID, more, QUIET)).toEqual([]);
  });

  it('where what a fault took back is told, and what a reader saw that is no more', () => {
    const told = [
      began('a'),
      read('a', 1),
      read('a', 2, 'f'),
      reset('a', 'fork'),
      ...reads('a', 1, 2, 3, 4, 5),
    ];
    const gone = [began('b'), read('b', 1), read('b', 2, 'f')];
    const left: Noted = { kind: 'left', run: 'r', reader: 'b', why: 'killed' };
    expect(anomaliesOf(STARTED, SAID, tried('d'), acked('d'), told, gone, left, LOSS, QUIET)).toEqual([]);
  });

  it('where what a reader was given to the end was taken back afterwards, and not if before', () => {
    const forked = [began('a'), read('a', 1), ...[2, 3, 4, 5].map(seq => read('a', seq, 'f')), ended('a')];
    expect(anomaliesOf(STARTED, SAID, forked, LOSS, QUIET)).toEqual([]);
    const early: Noted = { kind: 'fault', what: 'power loss', loses: { from: 0, to: 2 } };
    expect(anomaliesOf(early, STARTED, SAID, forked, QUIET)).toEqual(['divergent']);
  });

  it('where a whole run was lost to a fault', () => {
    expect(anomaliesOf(LOSS, STARTED, SAID, began('a'), reads('a', 1, 2), reset('a', 'gone'))).toEqual([]);
  });
});

describe('the checker of histories names', () => {
  it.each<[string, Noted[], string]>([
    ['an acknowledged event that is gone', [tried('d'), acked('d')], 'lost'],
    ['an event that nobody said', [{ ...read('a', 2), mark: 'ghost' } as Noted], 'phantom'],
    [
      'a type that nobody said',
      [{ ...read('a', 2), mark: undefined, type: 'token' } as unknown as Noted],
      'phantom',
    ],
    ['an event twice', [...reads('a', 1, 2, 2, 3, 4, 5)], 'duplicate'],
    [
      'an event twice, over a resume',
      [...reads('a', 1, 2, 3), began('a', at(3)), ...reads('a', 3, 4, 5)],
      'duplicate',
    ],
    ['two events in the wrong order', [...reads('a', 1, 3, 2, 4, 5)], 'reordered'],
    ['numbers that are missing', [...reads('a', 1, 2, 4, 5)], 'hole'],
    [
      'another event at one cursor',
      [...reads('a', 1), { ...read('a', 2), sum: 'other' } as Noted],
      'divergent',
    ],
    [
      'an event of a history that was taken back',
      [read('a', 1), read('a', 2, 'f'), ...reads('a', 3, 4, 5)],
      'divergent',
    ],
    [
      'another life without a reset',
      [...reads('a', 1), { ...read('a', 2), id: `o.2.${hashOf(2)}` } as Noted],
      'divergent',
    ],
    ['an acknowledgement of another cursor', [acked('a', 'w', at(3))], 'divergent'],
    [
      'a reset without a loss',
      [...reads('a', 1), reset('a', 'fork'), ...reads('a', 1, 2, 3, 4, 5)],
      'unfounded',
    ],
    ['a reader that is told no end', [...reads('a', 1, 2, 3)], 'no end'],
    ['a stream that completes before the end', [...reads('a', 1, 2, 3), ended('a')], 'no end'],
    ['an event behind the end', [...reads('a', 1, 2, 3, 4, 5, 5)], 'after the end'],
    [
      'an event of a writer that had lost the run',
      [{ kind: 'claimed', run: 'r', by: 'v' }, tried('d'), acked('d')],
      'unfenced',
    ],
  ])('%s', (_, more, anomaly) => {
    expect(anomaliesOf(STARTED, SAID, began('a'), more, QUIET)).toContain(anomaly);
  });

  it('a run that has no end, in its log', () => {
    const cut = [began(WHOLE), ...reads(WHOLE, 1, 2, 3, 4)];
    expect(anomaliesOf(STARTED, SAID, cut)).toEqual(['no end']);
  });

  it('a run that is gone', () => {
    expect(anomaliesOf(STARTED, SAID, began('a'), reads('a', 1, 2), reset('a', 'gone'))).toContain('lost');
  });

  it('an event that is stored twice', () => {
    const twice: Noted = { ...read(WHOLE, 4), mark: 'b' } as Noted;
    const whole = [began(WHOLE), ...reads(WHOLE, 1, 2, 3), twice, read(WHOLE, 5)];
    expect(anomaliesOf(STARTED, tried('a'), tried('b'), whole)).toEqual(['duplicate']);
  });

  it('events of one writer that are stored in another order', () => {
    const swapped = ['a', 'c', 'b'].map(mark => tried(mark));
    expect(anomaliesOf(STARTED, swapped, QUIET)).toEqual(['reordered']);
  });

  it('what a fault before took, when it was acknowledged behind it', () => {
    const early: Noted = { kind: 'fault', what: 'power loss', loses: { from: 0, to: 1 } };
    expect(anomaliesOf(early, STARTED, SAID, tried('d'), acked('d'), QUIET)).toEqual(['lost']);
  });
});
