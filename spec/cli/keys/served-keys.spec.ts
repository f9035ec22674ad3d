import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { ServedKeys } from '../../../src/cli/keys/served-keys.ts';
import { newApiKey } from '../../../src/http/auth/api-key.ts';

let folder: string;
let file: string;
let now = 0;
let said: string[];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sluice-served-keys-'));
  file = join(folder, 'keys.json');
  said = [];
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const write = (...subjects: string[]): void => {
  writeFileSync(`${file}.x`, JSON.stringify(subjects.map(subject => ({ hash: newApiKey().hash, subject }))));
  renameSync(`${file}.x`, file);
};
const served = (): ServedKeys =>
  new ServedKeys(
    file,
    text => said.push(text),
    () => now,
  );
const subjects = (keys: ServedKeys): string[] => keys.list().map(({ subject }) => subject);

describe('the keys of a file', () => {
  it('are read anew when it changes, looked at once a second', () => {
    write('a');
    const keys = served();
    const first = keys.list();
    write('a', 'b');
    now += 999;
    expect(keys.list()).toBe(first);
    now += 1;
    expect(subjects(keys)).toEqual(['a', 'b']);
    const list = keys.list();
    now += 5_000;
    expect(keys.list()).toBe(list);
    now -= 60_000;
    write('c');
    expect(subjects(keys)).toEqual(['c']);
    expect(said).toHaveLength(2);
  });

  it.each([
    ['no JSON', (path: string) => writeFileSync(path, '[{')],
    ['no keys', (path: string) => writeFileSync(path, '[{"hash":"x","subject":"y"}]')],
    ['not there', (path: string) => rmSync(path)],
  ])('stay the last good ones while it is %s, and that is told once', (_, spoil) => {
    write('a');
    const keys = served();
    spoil(file);
    for (let n = 0; n < 3; n++) {
      now += 1_000;
      expect(subjects(keys)).toEqual(['a']);
    }
    expect(said).toEqual([expect.stringMatching(/keys\.json: .* the keys from before hold, 1 in all/s)]);
    write('b');
    now += 1_000;
    expect(subjects(keys)).toEqual(['b']);
  });

  it('must be good from the start', () => {
    expect(served).toThrow(expect.objectContaining({ code: 'BAD_OPTION' }));
  });
});
