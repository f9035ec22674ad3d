import { readFile, realpath, unlink, writeFile } from 'node:fs/promises';
import { connect, createServer, type Server } from 'node:net';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { SluiceError } from '../../errors/sluice-error.ts';
import { chainNext, chainStart } from '../../event/chain.ts';

/** Says who has the folder, for people; it locks nothing. */
const OWNER = 'owner.json';

/**
 * The right to write in a folder. It is a socket that nobody speaks on: the system takes it back when the process
 * dies, however it dies, so that there is no stale lock to be judged by its age. It holds among the processes of one
 * machine; on Linux, of one network namespace.
 */
export class DirectoryLock {
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
  }

  /** Throws `STORAGE_LOCKED` if another process has it, or another backend of this one. */
  static async take(directory: string): Promise<DirectoryLock> {
    const address = addressOf(await realpath(directory));
    const server = (await listening(address)) ?? (await listeningInstead(address));
    if (!server) throw await locked(directory);
    server.unref();
    const owner = { pid: process.pid, host: hostname() };
    // On a full disk runs can still be read.
    await writeFile(join(directory, OWNER), `${JSON.stringify(owner)}\n`, { mode: 0o600 }).catch(
      () => undefined,
    );
    return new DirectoryLock(server);
  }

  async release(): Promise<void> {
    await new Promise<void>(resolve => this.#server.close(() => resolve()));
  }
}

function addressOf(path: string): string {
  const name = `sluice-${chainStart(path)}${chainNext(chainStart(path), path)}`;
  // Linux has names that are no files, Windows has pipes; elsewhere it is a file in the folder itself.
  if (process.platform === 'linux') return `\0${name}`;
  return process.platform === 'win32' ? `\\\\.\\pipe\\${name}` : join(path, 'lock');
}

function listening(address: string): Promise<Server | undefined> {
  return new Promise((resolve, reject) => {
    const server = createServer(socket => socket.destroy());
    server.once('error', (error: NodeJS.ErrnoException) =>
      error.code === 'EADDRINUSE' ? resolve(undefined) : reject(error),
    );
    server.listen(address, () => resolve(server));
  });
}

/** A file outlives its process: where nobody answers, it is taken away. */
async function listeningInstead(address: string): Promise<Server | undefined> {
  if (process.platform === 'linux' || process.platform === 'win32') return undefined;
  const isAlive = await new Promise<boolean>(resolve => {
    const socket = connect(address, () => resolve(true)).on('error', () => resolve(false));
    socket.unref();
  });
  if (isAlive) return undefined;
  await unlink(address);
  return listening(address);
}

async function locked(directory: string): Promise<SluiceError> {
  const owner = await readFile(join(directory, OWNER), 'utf8').catch(() => '');
  const who = owner.trim() || 'another process';
  return new SluiceError(
    'STORAGE_LOCKED',
    `file backend: ${JSON.stringify(directory)} is written by ${who}. One process writes in a folder: stop that one, ` +
      'choose another folder, or use Redis to run several.',
  );
}
