import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { createWriteStream, readdirSync, statSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { monotonicTime } from './history.ts';

/** A Redis that writes what it is told into an append-only file, flushed every second. */
export interface LastingRedis {
  readonly port: number;
  readonly pid: number;
  /** Kills it, as a crash does: its file has everything that was acknowledged. */
  kill(): Promise<void>;
  /** Starts it again on what its file has. */
  start(): Promise<void>;
  /**
   * While it is dead: takes back what was written to its file within the last second, or a part of that, as the loss of
   * power does. Tells since when.
   */
  loseTail(part: number): number;
  close(): Promise<void>;
}

/** Milliseconds between two looks at how long the file is. */
const LOOK_EVERY = 50;
/** Milliseconds after which `everysec` has what was written on the disk. */
const FLUSHED_AFTER = 1_000;

export async function lastingRedis(dir: string, port: number): Promise<LastingRedis> {
  const output = createWriteStream(join(dir, 'redis.out'), { flags: 'a' });
  let child = await start(dir, port, output);
  // Whatever ends this process: nobody else would end it.
  process.on('exit', () => child.kill('SIGKILL'));
  let sizes: { readonly t: number; readonly size: number }[] = [];
  const look = (): void => {
    const t = monotonicTime();
    sizes = [...sizes.filter(seen => t - seen.t < 2 * FLUSHED_AFTER), { t, size: sizeOf(dir) }];
  };
  const looking = setInterval(look, LOOK_EVERY);
  return {
    port,
    get pid() {
      return child.pid!;
    },
    kill: () => kill(child),
    start: async () => void (child = await start(dir, port, output)),
    loseTail(part) {
      const now = monotonicTime();
      const size = sizeOf(dir);
      // Of what was there a second ago nothing goes.
      const kept = sizes.filter(({ t }) => now - t >= FLUSHED_AFTER).at(-1) ?? sizes[0]!;
      // Redis itself cuts off what is torn when it starts, so that the file may be shorter by now.
      const gone = Math.max(0, size - kept.size);
      truncateSync(fileOf(dir), Math.round(size - gone * part));
      mend(dir);
      sizes = [];
      return kept.t;
    },
    async close() {
      clearInterval(looking);
      await kill(child);
      await new Promise(resolve => output.end(resolve));
    },
  };
}

function fileOf(dir: string): string {
  const folder = join(dir, 'appendonlydir');
  return join(
    folder,
    readdirSync(folder).find(name => name.endsWith('.incr.aof'))!,
  );
}

/**
 * Takes off what is left of a command, or of a transaction, at the end of the file. Redis would do it itself, but leave
 * the beginning of a transaction whose last command is torn, and carry out what it has of it one start later.
 */
function mend(dir: string): void {
  const { status, stdout, error } = spawnSync('redis-check-aof', ['--fix', fileOf(dir)], {
    input: 'y\n',
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`redis-check-aof ended with ${status}: ${error?.message ?? stdout}`);
}

function sizeOf(dir: string): number {
  try {
    return statSync(fileOf(dir)).size;
  } catch {
    return 0;
  }
}

function start(dir: string, port: number, output: NodeJS.WritableStream): Promise<ChildProcess> {
  const settings = {
    ...{ port, bind: '127.0.0.1', dir, save: '', appendonly: 'yes', appendfsync: 'everysec' },
    // Everything that was ever written stays, readable, to be looked through for secrets.
    ...{ 'auto-aof-rewrite-percentage': 0, rdbcompression: 'no' },
  };
  const words = Object.entries(settings).flatMap(([name, value]) => [`--${name}`, String(value)]);
  const child = spawn('redis-server', words, { stdio: ['ignore', 'pipe', 'pipe'] });
  child.stderr.pipe(output, { end: false });
  return new Promise((resolve, reject) => {
    let said = '';
    child.on('error', reject);
    child.on('exit', code => reject(new Error(`redis-server ended with ${code}: ${said}`)));
    child.stdout.on('data', (bytes: Buffer) => {
      output.write(bytes);
      said += String(bytes);
      if (said.includes('Ready to accept')) resolve(child);
    });
  });
}

function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise(resolve => {
    child.removeAllListeners('exit').on('exit', () => resolve());
    child.kill('SIGKILL');
  });
}
