import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A Redis of a spec's own on a free port, without persistence unless its options say otherwise. */
export interface RedisServer {
  readonly port: number;
  readonly url: string;
  /** Kills it as a crash does, and starts it again on the same port, with what it persisted and `change` left of it. */
  restart(change?: (dir: string) => void): Promise<void>;
  /** Halts it: connections stay, and nothing is answered until {@link resume}. */
  pause(): void;
  resume(): void;
  kill(): Promise<void>;
  readonly pid: number;
  close(): Promise<void>;
}

export async function redisServer(...options: readonly string[]): Promise<RedisServer> {
  const dir = mkdtempSync(join(tmpdir(), 'sluice-redis-'));
  const port = await freePort();
  let child = await start(dir, port, options);
  return {
    port,
    url: `redis://127.0.0.1:${port}`,
    async restart(change) {
      await kill(child);
      change?.(dir);
      child = await start(dir, port, options);
    },
    kill: () => kill(child),
    get pid() {
      return child.pid!;
    },
    pause: () => void child.kill('SIGSTOP'),
    resume: () => void child.kill('SIGCONT'),
    async close() {
      await kill(child);
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

function start(dir: string, port: number, options: readonly string[]): Promise<ChildProcess> {
  const settings = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'];
  return launch([...settings, '--dir', dir, ...options], 'Ready to accept');
}

/** Starts the program, and resolves when it said so. */
export function launch(args: readonly string[], word: string): Promise<ChildProcess> {
  const child = spawn('redis-server', args, { stdio: ['ignore', 'pipe', 'inherit'] });
  return new Promise((resolve, reject) => {
    let said = '';
    child.on('error', reject);
    child.on('exit', code => reject(new Error(`redis-server ended with ${code}: ${said}`)));
    child.stdout.on('data', (bytes: Buffer) => {
      said += String(bytes);
      if (said.includes(word)) resolve(child);
    });
  });
}

/** As a crash does; nothing if it is gone already. */
export function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise(resolve => {
    child.removeAllListeners('exit').on('exit', () => resolve());
    child.kill('SIGKILL');
  });
}

/** A cluster listens 10,000 ports higher too. */
const HIGHEST = 55_535;

/** A port that nobody listens on by now. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = await new Promise<number>(resolve => {
      const server = createServer().listen(0, '127.0.0.1', () => {
        const { port } = server.address() as AddressInfo;
        server.close(() => resolve(port));
      });
    });
    if (port <= HIGHEST) return port;
  }
}
