import { parseArgs } from 'node:util';
import type { Row } from './row.ts';

export interface CommandLine {
  readonly rows: readonly Row[];
  readonly rounds: number;
  readonly json: boolean;
  readonly measured: string;
}

/** What is to be measured, or what to say instead: help for those who asked for it, else what is wrong. */
export function readCommandLine(
  args: readonly string[],
  all: readonly Row[],
): CommandLine | { readonly say: string; readonly isWrong: boolean } {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        rounds: { type: 'string', default: '7' },
        json: { type: 'boolean', default: false },
        measured: { type: 'string', default: 'src' },
        help: { type: 'boolean', default: false, short: 'h' },
      },
    });
    if (values.help) return { say: helpOf(all), isWrong: false };
    const rounds = Number(values.rounds);
    if (!Number.isInteger(rounds) || rounds < 1) throw new Error('--rounds: expected a whole number from 1.');
    const stray = positionals.find(wanted => !all.some(({ name }) => name.startsWith(wanted)));
    if (stray !== undefined) throw new Error(`there is no row that begins with ${JSON.stringify(stray)}.`);
    const rows = all.filter(
      ({ name }) => positionals.length === 0 || positionals.some(wanted => name.startsWith(wanted)),
    );
    return { rows, rounds, json: values.json, measured: values.measured };
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error);
    return { say: `bench: ${problem} See npm run bench -- --help.`, isWrong: true };
  }
}

function helpOf(all: readonly Row[]): string {
  const widest = Math.max(...all.map(({ name }) => name.length));
  return [
    'Usage: npm run bench -- [row…] [--rounds N] [--json] [--src]',
    '',
    'Measures the rows whose names begin so, or all of them, beside their bases. A missed goal is no failure.',
    '',
    '  --rounds N  of each case, in turn; the table shows the median (7)',
    '  --json      for programs',
    '  --src       a bundle of the sources instead of the built package',
    '',
    'Rows:',
    ...all.map(({ name, what }) => `  ${name.padEnd(widest)}  ${what}`),
  ].join('\n');
}
