import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { PI_STREAM, sampleLines } from '../bridges/agent-logs/sample-logs.ts';
import { commandLab } from './command-lab.ts';

const lab = commandLab();
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'sluice-import-files-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function file(name: string, content: string | Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

describe('files that sluice import is given', () => {
  const text = sampleLines('pi').join('\n');

  it.each([
    [
      'a.gz',
      gzipSync(text),
      /a\.gz is compressed with gzip\. Unpack it: gunzip -c .*a\.gz \| sluice import -/,
    ],
    ['b.zst', Buffer.from('28b52ffd00', 'hex'), /zstd -dc/],
    ['c.zip', Buffer.from('504b030400', 'hex'), /unzip -p/],
    ['d.txt', Buffer.from(`\uFEFF${text}`, 'utf16le'), /UTF-16.*iconv/],
    ['e.db', 'SQLite format 3\0', /is a database.*opencode export/],
    ['f.jsonl', '', /f\.jsonl is empty/],
  ])('%s is refused, with what to do', async (name, content, words) => {
    const { code, err } = await lab.run(['import', file(name, content)]);
    expect([code, err]).toEqual([2, expect.stringMatching(words)]);
  });

  it('what the hint for gzip says works', async () => {
    const input = [gzipSync(text)];
    expect(await lab.run(['import', '-'], { input })).toMatchObject({ code: 2 });
    expect(await lab.run(['import', '-'], { input: [Buffer.from(text)] })).toMatchObject({ code: 0 });
  });

  it('a folder is refused, with what to write instead', async () => {
    const { code, err } = await lab.run(['import', `${folder}/`]);
    expect([code, err]).toEqual([2, expect.stringContaining(`Name its files: ${folder}/*.jsonl`)]);
  });

  it('one that is no log keeps nobody from the others', async () => {
    const files = [file('g.jsonl', text), file('h.txt', 'hello'), file('i.jsonl', `${text}\n\n`)];
    const { code, out, err } = await lab.run(['import', ...files]);
    expect(code).toBe(2);
    expect(out.trim().split('\n')).toHaveLength(2);
    expect(err).toMatch(/nothing in h\.txt says whose it is[^]*expected 3 logs, got 1 that are none/);
  });

  it('an array keeps its records as they are written, and an object over lines is one', async () => {
    const array = file('j.json', `[\n{"type":"from.tomorrow","a":"],{\\"\\\\","b":[1,{}]},\n 5, "x" ]`);
    const records = await lab.run(['import', '--json', '--format', 'pi', '--run', 'array', array]);
    expect(JSON.parse(records.out)).toMatchObject({ records: 3 });
    const { items } = await lab.engine.events.search('array');
    expect(items.slice(1, 4)).toMatchObject([
      { type: 'custom:pi.from.tomorrow', data: { a: '],{"\\', b: [1, {}] } },
      { type: 'custom:pi.value', data: { value: 5 } },
      { type: 'custom:pi.value', data: { value: 'x' } },
    ]);
    const info = { id: 'ses_1' };
    const object = file('k.json', JSON.stringify({ info, messages: [] }, null, 2));
    const session = await lab.run(['import', '--json', object]);
    expect(JSON.parse(session.out)).toMatchObject({ format: 'opencode', records: 1 });
    const torn = file('l.json', readFileSync(object, 'utf8').slice(0, -2));
    const lines = await lab.run(['import', '--json', '--format', 'opencode', torn]);
    expect((JSON.parse(lines.out) as { records: number }).records).toBeGreaterThan(1);
  });

  it('says how many records only repeat others', async () => {
    const lines = PI_STREAM.map(record => JSON.stringify(record)).join('\n');
    const { out } = await lab.run(['import', file('m.jsonl', lines)]);
    expect(out).toMatch(
      new RegExp(`\\d+ events of ${PI_STREAM.length} records, \\d+ of which repeat others`),
    );
    const again = await lab.run(['import', '--json', file('n.jsonl', lines)]);
    const { skipped, records } = JSON.parse(again.out) as { skipped: number; records: number };
    expect([records, skipped > 5]).toEqual([PI_STREAM.length, true]);
  });
});
