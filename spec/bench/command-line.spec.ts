import { describe, expect, it } from '@jest/globals';
import { readCommandLine } from '../../bench/command-line.ts';
import type { Row } from '../../bench/row.ts';

const never = (): Promise<number> => Promise.reject(new Error('nothing is measured here'));
const row = (name: string): Row => ({
  ...{ name, what: `what ${name} measures`, unit: 'ns', goal: { of: 'ratio', atMost: 1 }, against: 'a base' },
  ...{ base: never, ours: never, others: {} },
});
const ROWS = [row('emit-1'), row('emit-10'), row('replay')];

/** The rows that are measured, or what is said instead. */
function answerTo(...args: string[]): unknown {
  const command = readCommandLine(args, ROWS);
  return 'say' in command ? command : command.rows.map(({ name }) => name);
}

describe('the command line of the bench', () => {
  it('measures all rows, or those whose names begin so', () => {
    expect(answerTo()).toEqual(['emit-1', 'emit-10', 'replay']);
    expect(answerTo('emit', '--rounds', '3', '--json')).toEqual(['emit-1', 'emit-10']);
    expect(answerTo('replay', 'emit-10')).toEqual(['emit-10', 'replay']);
  });

  it('lists the rows to whom asks for help', () => {
    for (const flag of ['--help', '-h']) {
      expect(answerTo(flag)).toEqual({
        isWrong: false,
        say: expect.stringContaining('what replay measures'),
      });
    }
  });

  it.each([
    [['--rounds', '0'], '--rounds: expected a whole number from 1.'],
    [['--rounds', 'many'], '--rounds: expected a whole number from 1.'],
    [['--round', '1'], "Unknown option '--round'"],
    [['emit', 'nope'], 'there is no row that begins with "nope"'],
  ])('says what is wrong with %j, and where help is', (args, problem) => {
    expect(answerTo(...args)).toEqual({ isWrong: true, say: expect.stringContaining(problem) });
    expect(answerTo(...args)).toHaveProperty('say', expect.stringContaining('bench -- --help'));
  });
});
