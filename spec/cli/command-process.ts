import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { build } from 'esbuild';

const ROOT = join(import.meta.dirname, '../..');

/** The command as one file, made of what `src` says now, in a package of its own. */
export interface BuiltCommand {
  readonly path: string;
  /** A folder for files of a spec. */
  readonly folder: string;
  remove(): void;
}

/** Builds the command without the page. */
export async function buildCommand(): Promise<BuiltCommand> {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-command-'));
  mkdirSync(join(folder, 'dist'));
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ version: '1.2.3', type: 'module' }));
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
  const path = join(folder, 'dist/cli.js');
  await build({
    entryPoints: [join(ROOT, 'src/cli/main.ts')],
    outfile: path,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    logLevel: 'warning',
    packages: 'external',
  });
  return { path, folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

/** A command that runs. */
export interface CommandProcess {
  /** What it has said so far. */
  readonly said: { readonly out: string; readonly err: string };
  /** How it ended: its exit code, or the name of the signal that ended it. */
  readonly ended: Promise<number | NodeJS.Signals>;
  kill(signal: NodeJS.Signals): void;
  /** Resolves with the match when it has said so on either channel; rejects when it ends without. */
  says(pattern: RegExp): Promise<RegExpExecArray>;
}

/** Runs the command with these arguments and variables, and none of the caller's that it reads. */
export function runProcess(
  path: string,
  args: readonly string[],
  { env = {}, cwd }: { readonly env?: Record<string, string>; readonly cwd?: string } = {},
): CommandProcess {
  const { PORT: _p, HOST: _h, SLUICE_BACKEND: _b, ...inherited } = process.env;
  const child = spawn(process.execPath, [path, ...args], {
    env: { ...inherited, ...env },
    cwd,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  return commandProcess(child);
}

/** Runs a line in a shell, as if it were pasted. */
export function paste(line: string): CommandProcess {
  return commandProcess(spawn('bash', ['-c', line], { stdio: ['ignore', 'pipe', 'pipe'] }));
}

function commandProcess(child: ChildProcessByStdio<null, Readable, Readable>): CommandProcess {
  const said = { out: '', err: '' };
  const listeners = new Set<() => void>();
  for (const [channel, stream] of [
    ['out', child.stdout],
    ['err', child.stderr],
  ] as const) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      said[channel] += text;
      for (const listener of listeners) listener();
    });
  }
  const ended = new Promise<number | NodeJS.Signals>(resolve =>
    child.once('close', (code, signal) => resolve(code ?? signal!)),
  );
  return {
    said,
    ended,
    kill: signal => void child.kill(signal),
    says: pattern =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          const match = pattern.exec(said.out) ?? pattern.exec(said.err);
          if (match) resolve(match);
        };
        listeners.add(look);
        look();
        void ended.then(code =>
          reject(new Error(`ended with ${code} before it said ${pattern}:\n${said.out}${said.err}`)),
        );
      }),
  };
}
