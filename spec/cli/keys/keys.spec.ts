import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { hashApiKey } from '../../../src/http/auth/api-key.ts';
import type { ApiKey } from '../../../src/http/auth/api-keys.ts';
import { labCommand, type Ended } from '../command-lab.ts';

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sluice-keys-'));
  file = join(folder, 'keys.json');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

async function keys(...args: string[]): Promise<Ended> {
  const command = labCommand(['keys', ...args]);
  return { code: await command.ended, ...command.said };
}
const stored = (): ApiKey[] => JSON.parse(readFileSync(file, 'utf8')) as ApiKey[];

describe('sluice keys', () => {
  it('prints a key once, and the entry that a server knows it by', async () => {
    const { code, out } = await keys('new', '--subject', 'site', '--tenant', 'acme', '--scope', 'read,write');
    const [key, entry, ...rest] = out.trimEnd().split('\n');
    expect([code, rest]).toEqual([0, []]);
    expect(JSON.parse(entry!)).toEqual({
      ...{ hash: hashApiKey(key!), subject: 'site', tenantId: 'acme', scopes: ['read', 'write'] },
    });
    const json = JSON.parse((await keys('new', '--subject', 'a', '--json')).out) as {
      key: string;
      entry: ApiKey;
    };
    expect(json.entry).toEqual({ hash: hashApiKey(json.key), subject: 'a' });
  });

  it('keeps hashes alone in a file that is its owner’s', async () => {
    const { out } = await keys('new', '--subject', 'site', '--expires', '90d', '--file', file);
    const key = out.trimEnd();
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(readFileSync(file, 'utf8')).not.toContain(key);
    const [entry] = stored();
    expect(entry).toEqual({ hash: hashApiKey(key), subject: 'site', expiresAt: expect.any(String) });
    const days = (Date.parse(entry!.expiresAt!) - Date.now()) / 86_400_000;
    expect(Math.round(days)).toBe(90);
    chmodSync(file, 0o640);
    await keys('new', '--subject', 'other', '--file', file);
    expect(statSync(file).mode & 0o777).toBe(0o640);
    expect(stored().map(({ subject }) => subject)).toEqual(['site', 'other']);
    expect(readdirSync(folder)).toEqual(['keys.json']);
  });

  it('lists whose they are, and removes one', async () => {
    for (const subject of ['site', 'job', 'job']) await keys('new', '--subject', subject, '--file', file);
    const table = (await keys('list', '--file', file)).out;
    expect(table).toMatch(
      /^ID +SUBJECT +TENANT +SCOPES +EXPIRES\n[0-9a-f]{8} +site +default +read,write,cancel +never\n/,
    );
    const lines = (await keys('list', '--json', '--file', file)).out.trimEnd().split('\n');
    const ids = lines.map(line => (JSON.parse(line) as { id: string }).id);
    const several = await keys('remove', 'job', '--file', file);
    expect([several.code, several.err]).toEqual([2, expect.stringContaining(`its id: ${ids[1]}, ${ids[2]}`)]);
    expect((await keys('remove', ids[1]!, '--file', file)).out).toBe(`Removed ${ids[1]} of job.\n`);
    expect((await keys('remove', 'site', '--file', file)).code).toBe(0);
    expect(stored().map(({ subject }) => subject)).toEqual(['job']);
    const absent = await keys('remove', 'site', '--file', file);
    expect([absent.code, absent.err]).toEqual([2, expect.stringContaining('sluice keys list')]);
  });

  it.each([
    [['new'], /--subject/],
    [
      ['new', '--subject', 's', '--scope', 'rite'],
      /--scope: expected a list of read, write, cancel, import, admin/,
    ],
    [['new', '--subject', 's', '--tenant', '../x'], /--tenant: expected letters/],
    [['new', '--subject', 's', '--expires', 'soon'], /--expires: expected a number and ms, s, m, h or d/],
    [['list'], /--file: expected a file of keys/],
    [['list', '--file', '/absent/keys.json'], /no such file\. Make one: sluice keys new/],
    [['nwe'], /Did you mean new/],
  ])('%j is refused with the next step', async (args, text) => {
    const { code, err } = await keys(...args);
    expect(code).toBe(2);
    expect(err).toMatch(text);
  });

  it('changes nothing where a file is broken, or another command changes it', async () => {
    writeFileSync(file, '[{"hash":"sha256:1"}]');
    const broken = await keys('new', '--subject', 's', '--file', file);
    expect([broken.code, broken.err]).toEqual([2, expect.stringContaining('keys[0].subject')]);
    expect(readFileSync(file, 'utf8')).toBe('[{"hash":"sha256:1"}]');
    expect(readdirSync(folder)).toEqual(['keys.json']);
    writeFileSync(`${file}.new`, '');
    const busy = await keys('new', '--subject', 's', '--file', file);
    expect([busy.code, busy.err]).toEqual([2, expect.stringContaining('another command changes it')]);
  });
});
