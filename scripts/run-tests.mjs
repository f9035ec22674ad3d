// `npm test`: what is missing is installed, then every check, then every spec. Plain Node, since it may run before
// there is a node_modules. The last line is the sum: N passed, N failed, N skipped.
// Arguments go to Jest: `npm test -- spec/event`.
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const npx = (...words) => ['npx', '--no-install', ...words];
const report = join(mkdtempSync(join(tmpdir(), 'sluice-test-')), 'jest.json');

const INSTALL = ['Install', ['node', 'scripts/install-missing.mjs', '--tools']];
/** Two lines of checks beside each other, since most of them use one core. The second is about what is built. */
const LINES = [
  [
    ['Types', npx('tsc', '-p', '.')],
    ['Lint', npx('eslint', '.')],
    ['Format', npx('prettier', '--check', '.')],
  ],
  [
    ['Build', ['node', 'scripts/build.mjs']],
    ['Package', npx('publint', '--strict')],
    ['Package types', npx('attw', '--pack', '.', '--profile', 'node16', '--quiet')],
    ['Unused code', npx('knip')],
    ['Lock file', ['npm', 'ci', '--dry-run', '--loglevel', 'error']],
  ],
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

const broken = passes(INSTALL) ? (await Promise.all(LINES.map(firstBroken))).find(Boolean) : INSTALL;
if (broken) {
  finish(1, `Stopped: the check "${broken[0]}" failed, no spec was run.`, {
    passed: 0,
    failed: 1,
    skipped: 0,
  });
}
const quiet = { stdio: ['ignore', 'ignore', 'inherit'] };
let specsPass = passes(['Specs', JEST], quiet);
let sum = readSum();
// On a busy machine a spec of processes and sockets may fail that passes by itself: it is said, and run once more.
const failed = specsPass ? [] : failedFiles();
if (failed.length > 0 && failed.length <= 3) {
  console.log(`\nFailed beside the others, run once more by themselves: ${failed.join(', ')}`);
  const { passed, skipped } = sum;
  specsPass = passes(['Specs once more', [...JEST, '--runInBand', '--runTestsByPath', ...failed]], quiet);
  const again = readSum();
  sum = { passed: passed + sum.failed - again.failed, failed: again.failed, skipped };
}
finish(specsPass ? 0 : 1, '', specsPass ? sum : { ...sum, failed: Math.max(sum.failed, 1) });

function passes([heading, [command, ...args]], options = { stdio: 'inherit' }) {
  console.log(`\n=== ${heading}`);
  return (
    spawnSync(command, args, { cwd: ROOT, shell: process.platform === 'win32', ...options }).status === 0
  );
}

/** The first check of a line that does not pass; what each says is shown when it ends. */
async function firstBroken(checks) {
  for (const check of checks) {
    const [heading, [command, ...args]] = check;
    const child = spawn(command, args, { cwd: ROOT, shell: process.platform === 'win32' });
    let said = '';
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', text => (said += text));
    const status = await new Promise(resolve => {
      child.on('error', error => resolve((said += error.message)));
      child.on('close', resolve);
    });
    console.log(`\n=== ${heading}\n${said}`.trimEnd());
    if (status !== 0) return check;
  }
  return undefined;
}

/** Those with a test that failed; none if Jest itself did. */
function failedFiles() {
  try {
    const { testResults } = JSON.parse(readFileSync(report, 'utf8'));
    return testResults.filter(({ status }) => status === 'failed').map(({ name }) => name);
  } catch {
    return [];
  }
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
