import { spawnSync } from 'node:child_process';
import { closeSync, constants, mkdtempSync, openSync, rmSync } from 'node:fs';
import { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';

/** What a program writes into, and where that can be read. */
export interface OutputPipes {
  /** Descriptors of the ends that the program gets. */
  readonly ends: readonly [stdout: number, stderr: number];
  /** To be called when the program has them: nothing ends while they are open here. */
  closeEnds(): void;
  readonly stdout: Readable;
  readonly stderr: Readable;
}

/**
 * Two pipes of the system, or `undefined` where none can be made. Node's own would be sockets, and a script that writes
 * to `/dev/stderr` cannot open a socket. They are made by name, since Node cannot make a pipe otherwise; the names are
 * gone when this returns.
 */
export function openPipes(): OutputPipes | undefined {
  const opened: number[] = [];
  let folder: string | undefined;
  try {
    folder = mkdtempSync(join(tmpdir(), 'sluice-exec-'));
    const paths = [join(folder, 'stdout'), join(folder, 'stderr')];
    if (spawnSync('mkfifo', ['-m', '600', ...paths], { stdio: 'ignore' }).status !== 0) return undefined;
    // Whoever opens one end for blocking waits for the other, so that the end that is read comes first.
    const readers = paths.map(path => openSync(path, constants.O_RDONLY | constants.O_NONBLOCK));
    opened.push(...readers);
    const ends = paths.map(path => openSync(path, constants.O_WRONLY)) as [number, number];
    const [stdout, stderr] = readers.map(fd => new Socket({ fd, readable: true, writable: false }));
    return { ends, closeEnds: () => ends.forEach(fd => closeSync(fd)), stdout: stdout!, stderr: stderr! };
  } catch {
    for (const fd of opened) closeSync(fd);
    return undefined;
  } finally {
    if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
  }
}
