// `npm run bench -- [row…] [--rounds N] [--json]`. Measures and reports; a missed goal is no failure, a crash is one.
import { parseArgs } from 'node:util';
import { describeMachine, loadNow } from './machine.ts';
import { measureRow, type Measured } from './measure-row.ts';
import { ROWS } from './rows.ts';
import { HEAD, lineOf } from './table.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    rounds: { type: 'string', default: '7' },
    json: { type: 'boolean', default: false },
    measured: { type: 'string', default: 'src' },
  },
});
const rounds = Number(values.rounds);
if (!Number.isInteger(rounds) || rounds < 1) fail('--rounds: expected a whole number from 1.');
const rows = ROWS.filter(
  ({ name }) => positionals.length === 0 || positionals.some(wanted => name.startsWith(wanted)),
);
if (rows.length === 0) fail(`there is no such row. Rows: ${ROWS.map(({ name }) => name).join(', ')}.`);

const machine = describeMachine();
const measuredRows: Measured[] = [];
const crashed: string[] = [];
if (!values.json) {
  const { node, cpu, cores, memory, load } = machine;
  console.log(
    `Node ${node}, ${cpu}, ${cores} cores, ${memory}; load ${load}; ${values.measured}; ${rounds} rounds\n`,
  );
  console.log(HEAD);
}
for (const row of rows) {
  try {
    const measured = await measureRow(row, rounds);
    measuredRows.push(measured);
    if (!values.json) console.log(lineOf(measured));
  } catch (error) {
    crashed.push(row.name);
    console.error(error instanceof Error ? error.message : error);
  }
}
const missed = measuredRows.filter(({ met }) => !met).length;
if (values.json) {
  const report = measuredRows.map(({ row: { name, what, unit, goal, against }, ...measured }) => ({
    ...{ name, what, unit, goal, against },
    ...measured,
  }));
  console.log(
    JSON.stringify({ machine, endLoad: loadNow(), measured: values.measured, rounds, rows: report, crashed }),
  );
} else {
  console.log(
    `\n${measuredRows.length - missed} met, ${missed} missed, ${crashed.length} crashed; load ${loadNow()}`,
  );
}
process.exitCode = crashed.length === 0 ? 0 : 1;

function fail(message: string): never {
  console.error(`bench: ${message}`);
  process.exit(2);
}
