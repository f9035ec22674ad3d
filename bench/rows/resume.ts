import { open, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import type { Backend } from '../../src/backends/backend.ts';
import { fileBackend } from '../../src/backends/file/index.ts';
import { redisBackend } from '../../src/backends/redis/index.ts';
import { Entry } from '../../src/event/entry.ts';
import { cpuPerOperation } from '../measure-cpu.ts';
import { bothPerOperation, withRedis } from '../measure-redis.ts';
import type { Row } from '../row.ts';
import { RunWriter } from '../run-writer.ts';

const [EVENTS, GROUP] = [100_000, 16];
/** As an engine reads. */
const PAGE = { limit: 512, bytes: 256 * 1024 };
const KEEP = { events: 10_000_000, bytes: 10_000_000_000 };

/** A page from the middle of a long run, of which the reader has the first half. */
export const redisResume: Row = {
  name: 'redis-resume',
  needs: ['redis-server'],
  what: `redis backend: a page of ${PAGE.limit} events from the middle of a run of 100,000; CPU of both processes`,
  unit: 'ns',
  goal: { of: 'ratio', atMost: 2 },
  against: 'XRANGE of the same entries by their ids',
  base: () => withRedis((redis, url) => redisPage(redis, url, true)),
  ours: () => withRedis((redis, url) => redisPage(redis, url, false)),
  others: {},
};

export const fileResume: Row = {
  name: 'file-resume',
  what: `file backend: a page of ${PAGE.limit} events from the middle of a run of 100,000`,
  unit: 'ns',
  goal: { of: 'ratio', atMost: 2 },
  against: 'fs.read of as many bytes of the same file, as text, cut into lines',
  base: () => inFolder(folder => rawPage(folder, () => undefined)),
  ours: () =>
    inFolder(async folder => {
      const backend = await fileBackend({ dir: folder, fsync: 'never' });
      const { writer, hash } = await filled(backend, EVENTS, GROUP);
      const cost = await cpuPerOperation(times => readTimes(times, backend, writer, hash));
      await backend.close();
      return cost;
    }),
  others: {
    'the base, and a checksum over each 32nd of it': () => inFolder(folder => rawPage(folder, checksums)),
    'the base, and an entry with its cursor made of each line': () =>
      inFolder(folder => rawPage(folder, (_, lines) => entries(lines))),
  },
};

/** What grows with the length of a run, and how little. */
export const fileTail: Row = {
  name: 'file-tail',
  what: 'file backend: the last 100 events of a run of 1,000,000, in a folder opened anew (wall time)',
  unit: 'ns',
  goal: { of: 'value', atMost: 10_000_000 },
  against: 'the same of a run of 10,000',
  base: () => inFolder(folder => tailOf(folder, 10_000)),
  ours: () => inFolder(folder => tailOf(folder, 1_000_000)),
  others: {},
};

export const fileCursor: Row = {
  name: 'file-cursor',
  what: `file backend: a page of ${PAGE.limit} events anywhere in a run of 1,000,000`,
  unit: 'ns',
  goal: { of: 'ratio', atMost: 2 },
  against: 'the same in a run of 10,000',
  base: () => inFolder(folder => pagesAnywhere(folder, 10_000)),
  ours: () => inFolder(folder => pagesAnywhere(folder, 1_000_000)),
  others: {},
};

async function redisPage(
  redis: Parameters<typeof bothPerOperation>[0],
  url: string,
  isRaw: boolean,
): Promise<number> {
  const backend = await redisBackend({ url });
  const { writer, hash } = await filled(backend, EVENTS, GROUP);
  const stream = `sluice:s:{${writer.key}}`;
  const cost = await bothPerOperation(redis, 1, async times => {
    if (!isRaw) return readTimes(times, backend, writer, hash);
    for (let i = 0; i < times; i++)
      await redis.xrange(stream, EVENTS / 2 + 1, '+', 'COUNT', PAGE.limit / GROUP);
  });
  await backend.close();
  return cost;
}

/** A run of so many events, and the hash in its middle. */
async function filled(
  backend: Backend,
  events: number,
  group: number,
): Promise<{ readonly writer: RunWriter; readonly hash: string }> {
  const writer = await RunWriter.create(backend, 'run', KEEP);
  let hash = '';
  for (let at = 0; at < events; at += group) {
    if (at === events / 2) hash = writer.hash;
    await writer.append(group);
  }
  return { writer, hash };
}

async function readTimes(times: number, backend: Backend, { key }: RunWriter, hash: string): Promise<void> {
  for (let i = 0; i < times; i++) {
    const page = await backend.log.read(key, { after: EVENTS / 2, hash, ...PAGE });
    if (page.result !== 'page' || page.entries.length !== PAGE.limit) throw new Error('a page is missing');
  }
}

function checksums(bytes: Buffer): void {
  const groups = PAGE.limit / GROUP;
  const each = Math.floor(bytes.length / groups);
  for (let at = 0; at < groups; at++) crc32(bytes.subarray(at * each, (at + 1) * each), at);
}

function entries(lines: readonly string[]): readonly Entry[] {
  return lines.map((line, at) =>
    Entry.ofLine(`bench.${EVENTS / 2 + at}.${line.slice(0, 8)}`, at, line.slice(9)),
  );
}

async function rawPage(
  folder: string,
  more: (bytes: Buffer, lines: readonly string[]) => void,
): Promise<number> {
  const backend = await fileBackend({ dir: folder, fsync: 'never' });
  const { writer, hash } = await filled(backend, EVENTS, GROUP);
  const page = await backend.log.read(writer.key, { after: EVENTS / 2, hash, ...PAGE });
  if (page.result !== 'page') throw new Error('a page is missing');
  const bytes = Buffer.alloc(page.entries.reduce((sum, entry) => sum + entry.line.length + 10, 0));
  await backend.close();
  const names = await readdir(folder, { recursive: true });
  const file = await open(join(folder, names.filter(name => name.endsWith('.log')).sort()[0]!));
  const cost = await cpuPerOperation(async times => {
    for (let i = 0; i < times; i++) {
      await file.read(bytes, 0, bytes.length, 1_000_000);
      const lines = bytes.toString().split('\n');
      if (lines.length < PAGE.limit / 2) throw new Error('lines are missing');
      more(bytes, lines);
    }
  });
  await file.close();
  return cost;
}

async function tailOf(folder: string, events: number): Promise<number> {
  const before = await fileBackend({ dir: folder, fsync: 'never' });
  const { writer } = await filled(before, events, 500);
  await before.close();
  const backend = await fileBackend({ dir: folder, fsync: 'never' });
  const start = process.hrtime.bigint();
  const page = await backend.log.read(writer.key, { after: 0, limit: 100, reverse: true });
  const took = Number(process.hrtime.bigint() - start);
  if (page.result !== 'page' || page.entries[0]!.seq !== events) throw new Error('the tail is missing');
  await backend.close();
  return took;
}

async function pagesAnywhere(folder: string, events: number): Promise<number> {
  const backend = await fileBackend({ dir: folder, fsync: 'never' });
  const { writer } = await filled(backend, events, 500);
  let at = 0;
  const cost = await cpuPerOperation(async times => {
    for (let i = 0; i < times; i++) {
      at = (at + 0.618_034) % 1;
      const after = Math.floor(at * (events - PAGE.limit));
      const page = await backend.log.read(writer.key, { after, ...PAGE });
      if (page.result !== 'page' || page.entries[0]!.seq !== after + 1) throw new Error('a page is missing');
    }
  });
  await backend.close();
  return cost;
}

async function inFolder(measure: (folder: string) => Promise<number>): Promise<number> {
  const folder = await mkdtemp(join(tmpdir(), 'sluice-bench-'));
  return measure(folder).finally(() => rm(folder, { recursive: true }));
}
