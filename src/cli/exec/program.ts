import { spawn, type ChildProcess } from 'node:child_process';
import { constants } from 'node:os';
import type { Readable } from 'node:stream';
import { SluiceError } from '../../index.ts';
import { openPipes } from './output-pipes.ts';
import { ProcessGroup } from './process-group.ts';

/** How a program ended: one of the two. */
export interface ProgramEnd {
  readonly exitCode?: number;
  readonly signal?: NodeJS.Signals;
}

/** A program that runs, in a process group and a session of its own; standard input is the caller's. */
export interface Program {
  readonly stdout: Readable;
  readonly stderr: Readable;
  readonly group: ProcessGroup;
  /** What it started may still run, and write. */
  readonly ended: Promise<ProgramEnd>;
}

/** By convention: it is not there, and it cannot be run. */
const NOT_FOUND = 127;
const NOT_RUNNABLE = 126;

/** Starts a program. Rejects with `PROGRAM_FAILED`; `details.exitCode` is what a shell would end with. */
export async function startProgram(
  [file, ...args]: readonly [string, ...string[]],
  env: NodeJS.ProcessEnv,
): Promise<Program> {
  const pipes = openPipes();
  const [stdout, stderr] = pipes?.ends ?? (['pipe', 'pipe'] as const);
  let child: ChildProcess;
  try {
    child = spawn(file, args, { detached: true, env, stdio: ['inherit', stdout, stderr] });
    await spawned(child);
  } catch (error) {
    pipes?.stdout.destroy();
    pipes?.stderr.destroy();
    throw notStarted(file, error as NodeJS.ErrnoException);
  } finally {
    pipes?.closeEnds();
  }
  const ended = new Promise<ProgramEnd>(resolve =>
    child.once('exit', (exitCode, signal) => resolve(signal ? { signal } : { exitCode: exitCode! })),
  );
  const group = new ProcessGroup(child.pid!);
  // If this process ends before the program does, it is by a fault, and nobody would stop the program any more.
  const kill = (): void => void group.send('SIGKILL');
  process.once('exit', kill);
  void ended.then(() => process.off('exit', kill));
  return { stdout: pipes?.stdout ?? child.stdout!, stderr: pipes?.stderr ?? child.stderr!, group, ended };
}

/** The exit code of whoever runs a program and ends like it: a signal is 128 and its number. */
export function exitCodeFor({ exitCode, signal }: ProgramEnd): number {
  return signal === undefined ? exitCode! : 128 + constants.signals[signal];
}

function spawned(child: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => child.once('spawn', () => resolve()).once('error', reject));
}

function notStarted(file: string, cause: NodeJS.ErrnoException): SluiceError {
  const isMissing = cause.code === 'ENOENT';
  const exitCode = isMissing ? NOT_FOUND : NOT_RUNNABLE;
  const problem = isMissing
    ? 'there is no such program. Check its name and PATH; what only a shell knows needs one: sh -c …'
    : `it cannot be run (${cause.code ?? cause.message}). Check that it is a program, and executable: chmod +x …`;
  return new SluiceError('PROGRAM_FAILED', `${file}: ${problem}`, { cause, details: { exitCode } });
}
