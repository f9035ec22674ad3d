// `npm test`: what is missing is installed, then every check, then every spec. Plain Node, since it may run before
// there is a node_modules. The last line is the sum: N passed, N failed, N skipped.
// Arguments go to Jest: `npm test -- spec/event`.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const npx = (...words) => ['npx', '--no-install', ...words];
const report = join(mkdtempSync(join(tmpdir(), 'sluice-test-')), 'jest.json');

const CHECKS = [
  ['Install', ['node', 'scripts/install-missing.mjs', '--tools']],
  ['Types', npx('tsc', '-p', '.')],
  ['Lint', npx('eslint', '.')],
  ['Format', npx('prettier', '--check', '.')],
  ['Unused code', npx('knip')],
  ['Build', ['node', 'scripts/build.mjs']],
  ['Package', npx('publint', '--strict')],
  ['Package types', npx('attw', '--pack', '.', '--profile', 'node16', '--quiet')],
  ['Lock file', ['npm', 'ci', '--dry-run', '--loglevel', 'error']],
];
const JEST = [
  'node',
  '--experimental-vm-modules',
  '--disable-warning=ExperimentalWarning',
  'node_modules/jest/bin/jest.js',
  '--json',
  `--outputFile=${report}`,
  ...process.argv.slice(2),
];

const broken = CHECKS.find(check => !passes(check));
if (broken) {
  finish(1, `Stopped: the check "${broken[0]}" failed, no spec was run.`, {
    passed: 0,
    failed: 1,
    skipped: 0,
  });
}
const specsPass = passes(['Specs', JEST], { stdio: ['ignore', 'ignore', 'inherit'] });
const sum = readSum();
finish(specsPass ? 0 : 1, '', specsPass ? sum : { ...sum, failed: Math.max(sum.failed, 1) });

function passes([heading, [command, ...args]], options = { stdio: 'inherit' }) {
  console.log(`\n=== ${heading}`);
  return (
    spawnSync(command, args, { cwd: ROOT, shell: process.platform === 'win32', ...options }).status === 0
  );
}

/** A file that could not even be loaded has no tests to count, so it counts as one that failed. */
function readSum() {
  try {
    const jest = JSON.parse(readFileSync(report, 'utf8'));
    return {
      passed: jest.numPassedTests,
      failed: jest.numFailedTests + jest.numRuntimeErrorTestSuites,
      skipped: jest.numPendingTests + jest.numTodoTests,
    };
  } catch {
    return { passed: 0, failed: 1, skipped: 0 };
  }
}

function finish(code, line, { passed, failed, skipped }) {
  rmSync(join(report, '..'), { recursive: true, force: true });
  console.log(`\n${line}${line && '\n'}${passed} passed, ${failed} failed, ${skipped} skipped`);
  process.exit(code);
}
