// Builds dist/: the package in ESM and CommonJS, the command, the page. With --if-stale only if something changed.
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildDashboard } from './build-dashboard.mjs';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const SOURCES = ['src', 'scripts', 'package.json', 'package-lock.json', 'tsconfig.json', 'tsdown.config.ts'];
// Written last, so a build that was cut short is stale; its time is that of the beginning, so a source that was
// saved meanwhile is newer.
const STAMP = join(ROOT, 'dist/THIRD-PARTY-LICENSES.txt');

if (process.argv.includes('--if-stale') && isFresh()) process.exit(0);
const startedAt = new Date();
rmSync(join(ROOT, 'dist'), { recursive: true, force: true });
const { status } = spawnSync(process.execPath, ['node_modules/tsdown/dist/run.mjs', '--log-level', 'warn'], {
  cwd: ROOT,
  stdio: 'inherit',
});
if (status !== 0) process.exit(status ?? 1);
await buildDashboard(ROOT);
writeFileSync(STAMP, licencesOfBundled(['uuid/LICENSE.md', 'commander/LICENSE', 'yaml/LICENSE']));
utimesSync(STAMP, startedAt, startedAt);

function isFresh() {
  const stamp = statSync(STAMP, { throwIfNoEntry: false });
  return stamp !== undefined && SOURCES.every(path => newest(join(ROOT, path)) <= stamp.mtimeMs);
}

/** Folders count too: their time tells of files that were removed. */
function newest(path) {
  const entry = statSync(path);
  if (!entry.isDirectory()) return entry.mtimeMs;
  return Math.max(entry.mtimeMs, ...readdirSync(path).map(name => newest(join(path, name))));
}

/** Their licences ask that the text goes along with the code. */
function licencesOfBundled(files) {
  return files
    .map(file => `${dirname(file)}\n\n${readFileSync(join(ROOT, 'node_modules', file), 'utf8')}`)
    .join('\n');
}
