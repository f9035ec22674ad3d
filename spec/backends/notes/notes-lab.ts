import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileBackend } from '../../../src/backends/file/file-backend.ts';
import { memoryBackend } from '../../../src/backends/memory/memory-backend.ts';
import type { Backend } from '../../../src/backends/backend.ts';
import type { Notes } from '../../../src/backends/notes.ts';
import { redisBackend } from '../../../src/backends/redis/redis-backend.ts';
import { redisServer, type RedisServer } from '../../support/redis-server.ts';

/** A place for notes, and as many backends on it as it takes. */
export interface NotesLab {
  readonly redis: RedisServer | undefined;
  readonly folder: string;
  /** Notes on a backend of their own, which for files is one at a time. */
  open(): Promise<{ readonly notes: Notes; close(): Promise<void> }>;
  close(): Promise<void>;
}

export const KINDS = ['memory', 'file', 'redis'] as const;

/** Milliseconds: a machine that is busy must still say in time that it lives. */
export const LEASE = 2_000;

export async function notesLab(kind: (typeof KINDS)[number]): Promise<NotesLab> {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-notes-'));
  const redis = kind === 'redis' ? await redisServer() : undefined;
  const opened = new Set<Backend>();
  return {
    ...{ redis, folder },
    async open() {
      const backend =
        kind === 'memory'
          ? memoryBackend()
          : kind === 'file'
            ? await fileBackend({ dir: folder })
            : await redisBackend({ url: redis!.url, lease: LEASE });
      opened.add(backend);
      return { notes: backend.notes!, close: () => backend.close() };
    },
    async close() {
      await Promise.all([...opened].map(backend => backend.close()));
      await redis?.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
