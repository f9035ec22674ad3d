import { existsSync, mkdirSync, mkdtempSync, rmSync, rmdirSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { fileBackend } from '../../../src/backends/file/file-backend.ts';

const place = mkdtempSync(join(tmpdir(), 'sluice-unusable-'));
afterAll(() => rmSync(place, { recursive: true }));

describe('a folder that fileBackend cannot use', () => {
  it('is refused where it is a file', async () => {
    const dir = join(place, 'a-file');
    writeFileSync(dir, 'kept');
    await expect(fileBackend({ dir })).rejects.toMatchObject({
      code: 'BAD_OPTION',
      message: expect.stringMatching(
        /^fileBackend: dir: expected a folder .*a-file.*ENOTDIR.*Choose another/s,
      ),
    });
  });

  it('is refused where its journal is none, and can be used when that is mended', async () => {
    const dir = join(place, 'odd');
    mkdirSync(join(dir, 'runs.journal'), { recursive: true });
    await expect(fileBackend({ dir })).rejects.toMatchObject({ code: 'BAD_OPTION' });
    rmdirSync(join(dir, 'runs.journal'));
    const backend = await fileBackend({ dir });
    await backend.close();
  });

  // Linux says there that nothing is there, whatever one wants to make.
  (existsSync('/proc/self') ? it : it.skip)('is refused where no folder can be made', async () => {
    await expect(fileBackend({ dir: '/proc/sluice/deep' })).rejects.toMatchObject({
      code: 'BAD_OPTION',
      message: expect.stringMatching(/^fileBackend: dir: expected a folder .*\/proc\/sluice.*ENOENT/),
    });
  });

  it('is made with all above it, for this user alone', async () => {
    const dir = join(place, 'new', 'deep', 'er');
    await (await fileBackend({ dir })).close();
    for (const made of [dir, join(dir, 'runs'), join(place, 'new')]) {
      expect(statSync(made).mode & 0o777).toBe(0o700);
    }
  });

  it('is used where the note of who has it cannot be written', async () => {
    const dir = join(place, 'no-note');
    mkdirSync(join(dir, 'owner.json'), { recursive: true });
    const backend = await fileBackend({ dir });
    await expect(fileBackend({ dir })).rejects.toMatchObject({ code: 'STORAGE_LOCKED' });
    await backend.close();
  });
});
