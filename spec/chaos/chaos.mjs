// `npm run chaos -- --minutes 20 [--seconds N] [--seed N]`: bundles the sources with the programs of the run, and runs them in a
// folder of their own. It is kept, and named, if something was wrong.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { build } from 'esbuild';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const { values } = parseArgs({
  options: { minutes: { type: 'string' }, seconds: { type: 'string' }, seed: { type: 'string' } },
});
const seconds = values.seconds ?? String(Number(values.minutes ?? 1) * 60);
const seed = values.seed ?? String(Date.now() % 1_000_000);
if (![seconds, seed].every(text => Number(text) > 0)) {
  console.error('chaos: expected --minutes, --seconds and --seed to be numbers above 0.');
  process.exit(2);
}

const folder = mkdtempSync(join(tmpdir(), 'sluice-chaos-'));
// So that rxjs and ioredis are found as any user's program finds them.
symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
await build({
  absWorkingDir: ROOT,
  entryPoints: ['spec/chaos/main.ts', 'spec/chaos/instance-program.ts'],
  outdir: folder,
  outExtension: { '.js': '.mjs' },
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: 'es2022',
  packages: 'external',
  sourcemap: 'inline',
  logLevel: 'warning',
});
console.log(`chaos: seed ${seed}, ${seconds} s`);
const main = spawn(process.execPath, [join(folder, 'main.mjs'), folder, seconds, seed], { stdio: 'inherit' });
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => main.kill(signal));
main.on('exit', status => {
  if (status === 0) rmSync(folder, { recursive: true, force: true });
  else console.log(`chaos: failed; the histories and all output are in ${join(folder, 'run')}`);
  process.exit(status ?? 1);
});
