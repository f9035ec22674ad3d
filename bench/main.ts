// `npm run bench -- [row…] [--rounds N] [--json]`. Measures and reports; a missed goal is no failure, a crash is one.
import { readCommandLine } from './command-line.ts';
import { describeMachine, loadNow } from './machine.ts';
import { measureRow, type Measured } from './measure-row.ts';
import { missingOf } from './needs.ts';
import { ROWS } from './rows.ts';
import { HEAD, lineOf } from './table.ts';

const command = readCommandLine(process.argv.slice(2), ROWS);
if ('say' in command) {
  (command.isWrong ? console.error : console.log)(command.say);
  process.exit(command.isWrong ? 2 : 0);
}
const { rows, rounds, json, measured: what } = command;

const machine = describeMachine();
const measuredRows: Measured[] = [];
const crashed: string[] = [];
const leftOut: string[] = [];
if (!json) {
  const { node, cpu, cores, memory, load } = machine;
  console.log(`Node ${node}, ${cpu}, ${cores} cores, ${memory}; load ${load}; ${what}; ${rounds} rounds\n`);
  console.log(HEAD);
}
for (const row of rows) {
  const missing = missingOf(row.needs ?? [], what);
  if (missing !== undefined) {
    leftOut.push(row.name);
    console.error(`${row.name} is left out: ${missing}.`);
    continue;
  }
  try {
    const measured = await measureRow(row, rounds);
    measuredRows.push(measured);
    if (!json) console.log(lineOf(measured));
  } catch (error) {
    crashed.push(row.name);
    console.error(error instanceof Error ? error.message : error);
  }
}
const missed = measuredRows.filter(({ met }) => !met).length;
if (json) {
  const report = measuredRows.map(({ row: { name, what, unit, goal, against }, ...measured }) => ({
    ...{ name, what, unit, goal, against },
    ...measured,
  }));
  console.log(
    JSON.stringify({ machine, endLoad: loadNow(), measured: what, rounds, rows: report, leftOut, crashed }),
  );
} else {
  console.log(
    `\n${measuredRows.length - missed} met, ${missed} missed, ${leftOut.length} left out, ${crashed.length} crashed; load ${loadNow()}`,
  );
}
process.exitCode = crashed.length === 0 ? 0 : 1;
