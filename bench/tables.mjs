// `node bench/tables.mjs NAME`: bundles bench/tables/NAME.ts with the sources, and runs it.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const CACHE = join(ROOT, 'node_modules/.cache');
const TABLES = join(ROOT, 'bench/tables');

const name = process.argv[2] ?? '';
if (!/^[a-z-]+$/.test(name) || !existsSync(join(TABLES, `${name}.ts`))) {
  const names = readdirSync(TABLES).map(file => file.replace('.ts', ''));
  console.error(`tables: there is no such table. Tables: ${names.join(', ')}.`);
  process.exit(2);
}

mkdirSync(CACHE, { recursive: true });
const out = mkdtempSync(join(CACHE, 'sluice-table-'));
try {
  const outfile = join(out, 'table.mjs');
  await build({
    entryPoints: [join(TABLES, `${name}.ts`)],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'es2022',
    packages: 'external',
    logLevel: 'warning',
  });
  const run = spawnSync(process.execPath, [outfile, ...process.argv.slice(3)], {
    cwd: ROOT,
    stdio: 'inherit',
  });
  process.exitCode = run.status ?? 1;
} finally {
  rmSync(out, { recursive: true, force: true });
}
