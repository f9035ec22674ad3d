// One case of one row, in a process of its own: its names are the arguments, its number goes to the parent.
import { casesOf } from './cases-of.ts';
import { ROWS } from './rows.ts';

const [, , rowName, caseName] = process.argv;
const row = ROWS.find(({ name }) => name === rowName);
const measure = row && casesOf(row).get(caseName ?? '');
if (!measure) throw new Error(`there is no case ${rowName} / ${caseName}`);
const cost = await measure();
process.send!(cost, () => process.exit(0));
