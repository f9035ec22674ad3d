import { describe, expect, it } from '@jest/globals';
import { durationText } from '../../src/cli/duration-text.ts';
import { RunListView } from '../../src/cli/run-list-view.ts';
import { localTime, runTable, type ListedRun } from '../../src/cli/run-table.ts';
import { styleFor } from '../../src/cli/terminal-style.ts';

const plain = styleFor({ isTerminal: false }, {});
const rich = styleFor({ isTerminal: true }, {});
const time = '2030-01-01T00:00:00.000Z';
const run = (runId: string, more: Partial<ListedRun> = {}): ListedRun => ({
  runId,
  tenantId: 't',
  status: 'running',
  createdAt: time,
  updatedAt: time,
  eventsUrl: '',
  ...more,
});

describe('a table of runs', () => {
  it('has columns as wide as they need be, and none that is empty', () => {
    const rows = [
      run('a', { agent: 'clerk', labels: { shop: 'north' } }),
      run('long-id', { status: 'completed', endedAt: '2030-01-01T00:01:05.000Z' }),
    ];
    const at = localTime(time);
    expect(runTable(rows, plain)).toEqual([
      `RUN      STATUS     AGENT  STARTED              TOOK    LABELS`,
      `a        running    clerk  ${at}          shop=north`,
      `long-id  completed         ${at}  1m 05s`,
    ]);
  });

  it('does not obey what a run is called', () => {
    expect(runTable([run('a\u001b[2J\nb')], plain).join('\n')).not.toMatch(/\u001b|\n.*\n/);
  });

  it.each([
    [0, '0 ms'],
    [999, '999 ms'],
    [59_949, '59.9 s'],
    [59_950, '1m 00s'],
    [3_599_900, '1h 00m'],
    [11_220_000, '3h 07m'],
    [187_200_000, '2d 04h'],
    [NaN, ''],
  ])('%d milliseconds are %j', (ms, text) => expect(durationText(ms)).toBe(text));
});

describe('a table that is watched', () => {
  it('is told line by line where there is no terminal', () => {
    const view = new RunListView(plain);
    expect(view.show({ news: 'list', runs: [run('a')] })).toMatch(/^RUN .*\na .*\n$/);
    expect(view.show({ news: 'run', run: run('b', { status: 'failed' }) })).toMatch(/^b +failed .*\n$/);
    expect(view.show({ news: 'list', runs: [run('a')] })).toBe('');
    expect(view.show({ news: 'removed', runId: 'a' })).toBe('a  removed\n');
  });

  it('is drawn again on a terminal, newest first, and no longer than asked for', () => {
    const view = new RunListView(rich, 2);
    view.show({ news: 'list', runs: [run('a'), run('b')] });
    const drawn = view.show({ news: 'run', run: run('c') });
    expect(drawn).toMatch(/^\u001b\[H\u001b\[J[^]*\nc .*\na .*\n$/);
    expect(view.show({ news: 'removed', runId: 'a' })).not.toMatch(/\na /);
    expect(view.show({ news: 'removed', runId: 'c' })).toContain('No runs.');
  });
});
