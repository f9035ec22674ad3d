import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { fileBackend } from '../../../src/backends/file/file-backend.ts';
import type { FileTrouble } from '../../../src/backends/file/open-store.ts';
import { createEngine } from '../../../src/engine/create-engine.ts';
import { isNotice } from '../../../src/event/notice.ts';
import { codeOf } from '../../support/code-of.ts';
import { until } from '../../support/settle.ts';

const disk = mkdtempSync(join(tmpdir(), 'sluice-full-'));
// Only who may mount has a disk that is really full.
const isMounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=512k', 'tmpfs', disk]).status === 0;
afterAll(() => {
  if (isMounted) spawnSync('umount', ['-l', disk]);
  rmdirSync(disk);
});

const PIECE = 'x'.repeat(4_000);

(isMounted ? describe : describe.skip)('a disk that is full', () => {
  it('loses nothing that was acknowledged, and goes on with what waited when there is space', async () => {
    const dir = join(disk, 'store');
    const ballast = join(disk, 'ballast');
    writeFileSync(ballast, Buffer.alloc(300_000));
    const troubles: FileTrouble[] = [];
    const backend = await fileBackend({ dir, onTrouble: trouble => troubles.push(trouble) });
    const engine = createEngine({ backend });
    const stored: number[] = [];
    const notices: string[] = [];
    const run = await engine.start(async ctx => {
      for (let at = 0; at < 60; at++) {
        await ctx.emit('custom:piece', { at, PIECE });
        stored.push(at);
      }
    });
    const watching = run.subscribe(item => {
      if (isNotice(item)) notices.push(item.notice);
    });
    await until(() => notices.includes('degraded'), 'degraded');
    expect(troubles).toEqual([
      { trouble: 'not-written', path: dir, message: expect.stringContaining('ENOSPC') },
    ]);
    const acknowledged = stored.length;
    expect(acknowledged).toBeGreaterThan(5);
    expect(acknowledged).toBeLessThan(60);
    const pieces = async (from: Pick<typeof engine, 'events'>): Promise<unknown[]> => {
      const { items } = await from.events.search(run.id, { filter: 'custom:piece', limit: 1_000 });
      return items.flatMap(item => ('type' in item && item.type === 'custom:piece' ? [item.data['at']] : []));
    };
    // What is read while it is full is what was acknowledged, and no half of what was not.
    expect(await pieces(engine)).toEqual(stored);
    rmSync(ballast);
    await run.result;
    watching.unsubscribe();
    const all = Array.from({ length: 60 }, (_, at) => at);
    expect([stored, await pieces(engine)]).toEqual([all, all]);
    await engine.close();
    const again = createEngine({ backend: await fileBackend({ dir }) });
    expect(await pieces(again)).toEqual(all);
    expect((await again.runs.get(run.id)).status).toBe('completed');
    await again.close();
  });

  it('takes no run while it is full, and says so; then one again', async () => {
    const dir = join(disk, 'another');
    const backend = await fileBackend({ dir });
    const engine = createEngine({ backend, storageTimeout: 200 });
    const ballast = join(disk, 'ballast');
    expect(() => writeFileSync(ballast, Buffer.alloc(1_000_000))).toThrow(/ENOSPC/);
    expect(await codeOf(() => engine.open({ metadata: { large: PIECE.repeat(3) } }))).toBe('STORAGE_LOST');
    rmSync(ballast);
    const writer = await engine.open({ id: 'later', metadata: { large: PIECE.repeat(3) } });
    await writer.complete();
    await engine.close();
    const again = createEngine({ backend: await fileBackend({ dir }) });
    expect((await again.runs.list()).runs.map(({ runId }) => runId)).toEqual(['later']);
    await again.close();
  });
});
