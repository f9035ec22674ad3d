import { mkdtempSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { fileBackend } from '../../../src/backends/file/file-backend.ts';
import type { FileTrouble } from '../../../src/backends/file/open-store.ts';
import { createEngine } from '../../../src/engine/create-engine.ts';
import { codeOf } from '../../support/code-of.ts';

let dir: string;
const troubles: FileTrouble[] = [];
const onTrouble = (trouble: FileTrouble): void => void troubles.push(trouble);
beforeEach(() => {
  troubles.length = 0;
  dir = mkdtempSync(join(tmpdir(), 'sluice-removed-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const GONE = /^file backend: expected ".*runs.*", which was removed or replaced .* Put it back/;

it('notices within a sync that the folder was removed, and takes nothing more', async () => {
  const backend = await fileBackend({ dir, fsyncInterval: 10, onTrouble });
  const engine = createEngine({ backend, storageTimeout: 200 });
  const run = await engine.start(async ctx => {
    ctx.custom('first', {});
    await ctx.drained();
    rmSync(dir, { recursive: true });
    while (!ctx.signal.aborted) await ctx.emit('step', { name: 'more' });
  });
  expect(await codeOf(() => run.result)).toBe('STORAGE_LOST');
  expect(troubles.map(({ trouble }) => trouble)).toEqual(
    expect.arrayContaining(['not-synced', 'not-written']),
  );
  for (const { message } of troubles) expect(message).toMatch(/removed or replaced/);
  expect(troubles[0]!.message).toMatch(GONE);
  expect(await codeOf(() => engine.start(() => 1, { id: 'next' }))).toBe('STORAGE_LOST');
  await engine.close().catch(() => undefined);
}, 60_000);

it('notices at once where every append is synced, and goes on when the folder is put back', async () => {
  const backend = await fileBackend({ dir, fsync: 'always', onTrouble });
  const engine = createEngine({ backend });
  const aside = `${dir}-aside`;
  const run = await engine.start(async ctx => {
    await ctx.emit('step', { name: 'first' });
    renameSync(join(dir, 'runs'), aside);
    renameSync(aside, join(dir, 'runs'));
    await ctx.emit('step', { name: 'second' });
  });
  await run.result;
  expect(troubles).toEqual([]);
  await engine.close();
  const again = createEngine({ backend: await fileBackend({ dir }) });
  expect((await again.events.search(run.id)).items).toHaveLength(4);
  expect((await again.runs.get(run.id)).status).toBe('completed');
  await again.close();
});
