import { chmodSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { exportFiles } from '../../../src/backends/file/export-files.ts';
import { fileBackend } from '../../../src/backends/file/file-backend.ts';
import { verifyFiles } from '../../../src/backends/file/verify-files.ts';
import { OpenFiles } from '../../../src/backends/file/open-files.ts';
import { createEngine } from '../../../src/engine/create-engine.ts';

let dir: string;
beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'sluice-beside-'));
  const engine = createEngine({ backend: await fileBackend({ dir }) });
  for (const id of ['one', 'two']) await (await engine.start(ctx => ctx.token(id), { id })).result;
  await engine.close();
});
afterEach(() => rmSync(dir, { recursive: true }));

/** Takes the files of all runs away, as their expiry does, while the records are still known. */
function expire(): void {
  const logs = readdirSync(dir, { recursive: true, encoding: 'utf8' }).filter(name => name.endsWith('.log'));
  for (const log of logs) rmSync(join(dir, log));
}

describe('a folder that is read while its runs expire', () => {
  it('is exported without those that are gone', async () => {
    const runs = new Set<string>();
    for await (const line of exportFiles(dir)) {
      runs.add((JSON.parse(line) as { runId: string }).runId);
      expire();
    }
    expect(runs.size).toBe(1);
  });

  it('is found as it was written', async () => {
    const progress = { runs: 0, events: 0, bytes: 0 };
    // Between the moment at which the files are listed and that at which they are read.
    Object.defineProperty(progress, 'runs', { get: () => 0, set: () => queueMicrotask(expire) });
    const findings = [];
    for await (const finding of verifyFiles(dir, progress)) findings.push(finding);
    expect(findings).toEqual([]);
  });
});

describe('files that are only to be read', () => {
  it('are opened where no more is allowed', async () => {
    const name = readdirSync(dir, { recursive: true, encoding: 'utf8' }).find(each => each.endsWith('.log'))!;
    const path = join(dir, name);
    chmodSync(path, 0o400);
    const files = new OpenFiles(1, { isReadOnly: true });
    try {
      expect((await files.readAt(path, 0, 4)).length).toBe(4);
      // Also where the system lets this user write anything.
      await expect(files.writeAt(path, 0, Buffer.from('x'))).rejects.toThrow('EBADF');
    } finally {
      await files.closeAll();
    }
  });
});
