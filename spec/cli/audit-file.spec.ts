import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { auditFile, type AuditFile } from '../../src/cli/audit-file.ts';
import type { AuditEvent } from '../../src/http/index.ts';
import { until } from '../support/settle.ts';

let folder: string;
let path: string;
let complaints: string[];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sluice-audit-'));
  path = join(folder, 'deeds.jsonl');
  complaints = [];
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const open = (size?: number, files?: number): Promise<AuditFile> =>
  auditFile({ path, size, files }, text => complaints.push(text));
const deed = (at: number): AuditEvent => ({
  ...{
    time: '2026-01-01T00:00:00.000Z',
    action: 'start',
    requestId: `r${at}`,
    method: 'POST',
    route: '/runs',
  },
});
const LINE = JSON.stringify(deed(10)).length + 1;
/** The numbers of the deeds in a file. */
const deedsIn = (name: string): number[] =>
  readFileSync(join(folder, name), 'utf8')
    .trimEnd()
    .split('\n')
    .filter(line => line !== '')
    .map(line => Number((JSON.parse(line) as AuditEvent).requestId.slice(1)));
const range = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, at) => from + at);

describe('the file of deeds', () => {
  it('is begun anew when it is full, and loses nothing but the oldest', async () => {
    const audit = await open(10 * LINE, 3);
    // At once: a file is turned before the system has written the one before.
    for (let at = 10; at < 67; at++) audit.listener(deed(at));
    await audit.close();
    expect(readdirSync(folder).sort()).toEqual(['deeds.jsonl', ...[1, 2, 3].map(at => `deeds.jsonl.${at}`)]);
    expect(deedsIn('deeds.jsonl')).toEqual(range(60, 67));
    expect([1, 2, 3].map(at => deedsIn(`deeds.jsonl.${at}`))).toEqual([
      range(50, 60),
      range(40, 50),
      range(30, 40),
    ]);
    for (const name of readdirSync(folder)) expect(statSync(join(folder, name)).mode & 0o777).toBe(0o600);
    expect(complaints).toEqual([]);
  });

  it('goes on with what a former process wrote', async () => {
    for (let life = 0; life < 3; life++) {
      const audit = await open(10 * LINE, 3);
      for (let at = 0; at < 6; at++) audit.listener(deed(10 + 6 * life + at));
      await audit.close();
    }
    expect([deedsIn('deeds.jsonl.1'), deedsIn('deeds.jsonl')]).toEqual([range(10, 20), range(20, 28)]);
  });

  it('may be emptied by somebody else', async () => {
    const audit = await open(Infinity);
    audit.listener(deed(10));
    await until(() => statSync(path).size === LINE);
    truncateSync(path);
    audit.listener(deed(11));
    await audit.close();
    expect(deedsIn('deeds.jsonl')).toEqual([11]);
    expect(existsSync(`${path}.1`)).toBe(false);
  });

  it('takes one that is longer than a file by itself', async () => {
    const audit = await open(LINE, 5);
    for (const at of [10, 11]) audit.listener({ ...deed(at), subject: 'x'.repeat(1_000) });
    await audit.close();
    expect([deedsIn('deeds.jsonl.1'), deedsIn('deeds.jsonl')]).toEqual([[10], [11]]);
  });

  it('grows where no new one can be begun, and says so', async () => {
    mkdirSync(join(folder, 'deeds.jsonl.1'));
    writeFileSync(join(folder, 'deeds.jsonl.1/in-the-way'), '');
    const audit = await open(10 * LINE, 1);
    for (let at = 10; at < 35; at++) audit.listener(deed(at));
    await audit.close();
    expect(deedsIn('deeds.jsonl')).toEqual(range(10, 35));
    expect(complaints).toHaveLength(2);
    expect(complaints[0]).toContain('no new one can be begun');
  });
});
