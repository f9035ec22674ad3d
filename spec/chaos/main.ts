import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { chaosRun } from './chaos-run.ts';

// The program of `npm run chaos`; see chaos.mjs. Ends with 1 if something is wrong.
const [folder = '', seconds = '60', seed = '1'] = process.argv.slice(2);
const dir = join(folder, 'run');
mkdirSync(dir);
const say = (line: string): void => console.log(line);

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => process.exit(1));

const { faults, counts, anomalies, left, canaries } = await chaosRun({
  ...{ seed: Number(seed), milliseconds: Number(seconds) * 1_000, dir, say },
  program: join(folder, 'instance-program.mjs'),
});
say(`faults: ${JSON.stringify(faults)}`);
say(`counts: ${JSON.stringify(counts)}`);
for (const { anomaly, run, what } of anomalies.slice(0, 40)) say(`anomaly: ${anomaly}: ${run}: ${what}`);
for (const what of left.slice(0, 40)) say(`left behind: ${what}`);
for (const what of canaries.slice(0, 40)) say(`secret: ${what}`);
say(`${anomalies.length} anomalies, ${left.length} left behind, ${canaries.length} secrets shown`);
process.exit(anomalies.length + left.length + canaries.length > 0 ? 1 : 0);
