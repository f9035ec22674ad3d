import { open, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileBackend, type Fsync } from '../../src/backends/file/index.ts';
import { encodeLine } from '../../src/event/codec.ts';
import { cpuPerOperation } from '../measure-cpu.ts';
import { prebuiltTokens } from '../prebuilt-tokens.ts';
import type { Row } from '../row.ts';
import { RunWriter } from '../run-writer.ts';

const GROUP = 64;

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
  const writer = await RunWriter.create(backend, 'run', { events: 1_000_000_000, bytes: 1_000_000_000_000 });
  const perGroup = await cpuPerOperation(async times => {
    for (let i = 0; i < times; i++) await writer.append(GROUP);
  });
  await backend.close();
  return perGroup / GROUP;
}
