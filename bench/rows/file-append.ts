import { open, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileBackend, type Fsync } from '../../src/backends/file/index.ts';
import { runKey } from '../../src/backends/backend.ts';
import { chainNext, chainStart } from '../../src/event/chain.ts';
import { encodeLine } from '../../src/event/codec.ts';
import { formatCursor } from '../../src/event/cursor.ts';
import { Entry } from '../../src/event/entry.ts';
import { cpuPerOperation } from '../measure-cpu.ts';
import { prebuiltTokens } from '../prebuilt-tokens.ts';
import type { Row } from '../row.ts';

const GROUP = 64;
const EPOCH = 'bench';

/** Groups of events to a file, with and without asking the disk to have them. */
export function fileAppendRow(fsync: Extract<Fsync, 'never' | 'always'>, goal: number): Row {
  const isSynced = fsync === 'always';
  return {
    name: isSynced ? 'file-append-synced' : 'file-append',
    what: `file backend: an event appended in groups of ${GROUP}, with checksum and chain${isSynced ? ', fsync always' : ''}`,
    unit: 'ns',
    goal: { of: 'ratio', atMost: goal },
    against: `fs.write of ${GROUP} joined lines${isSynced ? ', then fdatasync' : ''}`,
    base: () => inFolder(folder => writing(folder, isSynced)),
    ours: () => inFolder(folder => appending(folder, fsync)),
    others: {},
  };
}

async function inFolder(measure: (folder: string) => Promise<number>): Promise<number> {
  const folder = await mkdtemp(join(tmpdir(), 'sluice-bench-'));
  return measure(folder).finally(() => rm(folder, { recursive: true }));
}

async function writing(folder: string, isSynced: boolean): Promise<number> {
  const file = await open(join(folder, 'lines'), 'w');
  const lines = prebuiltTokens(GROUP).map(event => encodeLine(event));
  const perGroup = await cpuPerOperation(async times => {
    for (let i = 0; i < times; i++) {
      await file.write(`${lines.join('\n')}\n`);
      if (isSynced) await file.datasync();
    }
  });
  await file.close();
  return perGroup / GROUP;
}

async function appending(folder: string, fsync: Fsync): Promise<number> {
  const backend = await fileBackend({ dir: folder, fsync });
  const at = new Date().toISOString();
  const record = {
    runId: 'run',
    tenantId: 'bench',
    epoch: EPOCH,
    status: 'running' as const,
    ttl: 3_600_000,
  };
  const keep = { events: 1_000_000_000, bytes: 1_000_000_000_000 };
  await backend.directory.create({ ...record, createdAt: at, updatedAt: at, keep });
  const events = prebuiltTokens(GROUP);
  const lines = events.map(event => encodeLine(event));
  const key = runKey('bench', 'run');
  let after = 0;
  let hash = chainStart(EPOCH);
  const perGroup = await cpuPerOperation(async times => {
    for (let i = 0; i < times; i++) {
      const entries = lines.map((line, index) => {
        hash = chainNext(hash, line);
        const id = formatCursor({ epoch: EPOCH, seq: after + index + 1, hash });
        return Entry.ofEvent({ ...events[index]!, id }, line.length, line);
      });
      await backend.log.append(key, { id: `${after}`, after, entries });
      after += GROUP;
    }
  });
  await backend.close();
  return perGroup / GROUP;
}
