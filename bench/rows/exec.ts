import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createEngine } from '../../src/index.ts';
import { serveHttp } from '../../src/http/index.ts';
import { cpuMicros } from '../measure-cpu.ts';
import type { Case, Row } from '../row.ts';

const LINES = 1_000_000;
/** The copy of the built package beside this; there is none with `--src`. */
const COMMAND = fileURLToPath(new URL('./dist/cli.js', import.meta.url));

/** A program that prints many lines, and what it costs that they are recorded. */
export function execRow(name: string, what: string, program: string): Row {
  const ours: Case = async () => (await executed(program)).commands;
  return {
    name,
    needs: ['build', 'bash'],
    what: `\`sluice exec\` of ${what} that prints 1 M lines into a file, whole processes, a line`,
    unit: 'ns',
    goal: { of: 'ratio', atMost: 3 },
    against: `the same piped through \`cat\``,
    base: () => inFolder(folder => cpuOfShell(`${program} | cat > out`, folder)),
    ours,
    others: {
      'the same, the server counted too': async () => {
        const { commands, server } = await executed(program);
        return commands + server;
      },
    },
  };
}

export const NODE_PROGRAM = `'${process.execPath}' -e 'for (let n = 0; n < ${LINES}; n++) console.log("line " + n)'`;
export const SEQ_PROGRAM = `seq ${LINES}`;

/** CPU nanoseconds a line: of the command and its program, and of the server. */
async function executed(program: string): Promise<{ readonly commands: number; readonly server: number }> {
  const engine = createEngine();
  const server = await serveHttp({ engine, port: 0 });
  const before = cpuMicros();
  const line = `'${process.execPath}' '${COMMAND}' exec --url ${server.url} -- ${program} > out`;
  const commands = await inFolder(folder => cpuOfShell(line, folder));
  const spent = ((cpuMicros() - before) * 1_000) / LINES;
  await engine.close({ whenEnded: () => server.close() });
  return { commands, server: spent };
}

async function inFolder<Result>(work: (folder: string) => Promise<Result>): Promise<Result> {
  const folder = await mkdtemp(join(tmpdir(), 'sluice-bench-'));
  try {
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** CPU nanoseconds a line of all that a shell runs for a command line, as Bash's `times` tells. */
function cpuOfShell(line: string, cwd: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const shell = spawn('bash', ['-c', `set -e; ${line}; times`], {
      cwd,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let said = '';
    shell.stdout.setEncoding('utf8').on('data', (text: string) => (said += text));
    shell.once('error', reject).once('close', code => {
      const [user, system] = [...(said.split('\n')[1] ?? '').matchAll(/(\d+)m([\d.]+)s/g)].map(
        ([, minutes, seconds]) => Number(minutes) * 60 + Number(seconds),
      );
      if (code === 0 && system !== undefined) resolve(((user! + system) * 1e9) / LINES);
      else reject(new Error(`${line} ended with ${code}`));
    });
  });
}
