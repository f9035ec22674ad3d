// `npm run bench`: builds the package, puts the cases into a folder of their own beside a copy of the build, and
// runs bench/main.ts there. With --src the sources are bundled into the cases instead, as esbuild makes ES2022 of them.
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
// Inside node_modules, so that rxjs and the peers are found as any user's program finds them.
const CACHE = join(ROOT, 'node_modules/.cache');
const DOORS = {
  'src/index.ts': 'index.js',
  'src/http/index.ts': 'http.js',
  'src/client/index.ts': 'client.js',
};

const throughTheDoors = {
  name: 'through-the-doors',
  setup({ onResolve }) {
    onResolve({ filter: /\/src\/((http|client)\/)?index\.ts$/ }, ({ path, resolveDir }) => {
      const door = DOORS[relative(ROOT, join(resolveDir, path))];
      return door && { path: `./dist/${door}`, external: true };
    });
  },
};

const args = process.argv.slice(2).filter(arg => arg !== '--src');
// Help needs none.
const wantsBuild = !['--src', '--help', '-h'].some(arg => process.argv.includes(arg));

mkdirSync(CACHE, { recursive: true });
const out = mkdtempSync(join(CACHE, 'sluice-bench-'));
process.exitCode = 1;
try {
  const isBuilt = wantsBuild && buildPackage();
  // A copy, so that a build meanwhile takes nothing from under a case.
  if (isBuilt) cpSync(join(ROOT, 'dist'), join(out, 'dist'), { recursive: true });
  // The command reads its version from there.
  cpSync(join(ROOT, 'package.json'), join(out, 'package.json'));
  await bundleCases(isBuilt);
  const measured = isBuilt ? 'dist' : 'src';
  const run = spawnSync(process.execPath, [join(out, 'main.mjs'), `--measured=${measured}`, ...args], {
    stdio: 'inherit',
  });
  process.exitCode = run.status ?? 1;
} finally {
  rmSync(out, { recursive: true, force: true });
}

function buildPackage() {
  const { status } = spawnSync(process.execPath, ['scripts/build.mjs', '--if-stale'], {
    cwd: ROOT,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  if (status !== 0) console.error('The build failed; measuring a bundle of the sources instead.');
  return status === 0;
}

async function bundleCases(fromBuild) {
  await build({
    absWorkingDir: ROOT,
    entryPoints: ['bench/main.ts', 'bench/case-process.ts', 'bench/viewers.ts', 'bench/socket-viewers.ts'],
    outdir: out,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    splitting: true,
    platform: 'node',
    format: 'esm',
    target: 'es2022',
    packages: 'external',
    logLevel: 'warning',
    plugins: fromBuild ? [throughTheDoors] : [],
  });
}
