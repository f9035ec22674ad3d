import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { redactStream } from '../../src/cli/redact-stream.ts';
import { knownSecrets } from '../../src/index.ts';
import { canary } from '../secrets/canaries.ts';
import { labCommand, type Ended, type LabCommandOptions } from './command-lab.ts';

const key = canary('gh' + 'p_', 36);
const dir = mkdtempSync(join(tmpdir(), 'sluice-redact-'));
afterAll(() => rmSync(dir, { recursive: true }));

function file(name: string, text: string): string {
  const path = join(dir, name);
  writeFileSync(path, text);
  return path;
}

async function redact(args: readonly string[], options?: LabCommandOptions): Promise<Ended> {
  const command = labCommand(['redact', ...args], options);
  return { code: await command.ended, ...command.said };
}

describe('sluice redact', () => {
  it('prints files without their secrets, one behind the other', async () => {
    const one = file('one', `\ufeffa ${key}\n`);
    const two = file('two', 'no secret: 世界\n');
    expect(await redact([one, two])).toEqual({
      code: 0,
      out: '\ufeffa <secret:github-token>\nno secret: 世界\n',
      err: '',
    });
  });

  it('masks standard input, wherever it is cut, and what variables hold', async () => {
    const bytes = Buffer.from(`世 ${key} hunter22 ${Buffer.from('hunter22').toString('base64')} 界`);
    const input = Array.from(bytes, byte => Uint8Array.of(byte));
    const ended = await redact(['--secret-env', 'PASS'], { input, env: { PASS: 'hunter22' } });
    expect(ended.out).toMatch(/^世 <secret:github-token> <secret:PASS> <secret:PASS>.{0,2} 界$/);
    const plain = await redact(['--secret-env', 'PASS', '--no-detect'], { input, env: { PASS: 'hunter22' } });
    expect(plain.out).toContain(`世 ${key} <secret:PASS>`);
  });

  it('reports what it found, and never how it looks', async () => {
    const path = file('report', `${key} ${key} hunter22`);
    const { err } = await redact(['--report', '--secret-env', 'PASS', path], { env: { PASS: 'hunter22' } });
    expect(err).toMatch(
      /^3 secrets found, 0 texts withheld\.\n +2 {2}github-token\n +1 {2}PASS\n +3 {2}.*report\n$/,
    );
  });

  it('prints the report instead of the text, in words and as JSON', async () => {
    const path = file('instead', `${key} hunter22`);
    const args = ['--report-only', '--secret-env', 'PASS', path];
    const words = await redact(args, { env: { PASS: 'hunter22' } });
    expect([words.code, words.err]).toEqual([0, '']);
    expect(words.out).toMatch(/^2 secrets found, 0 texts withheld\.\n/);
    const json = await redact(['--json', ...args], { env: { PASS: 'hunter22' } });
    expect(JSON.parse(json.out)).toEqual({
      ...{ bytes: 49, total: 2, withheld: 0 },
      ...{ names: { 'github-token': 1, PASS: 1 }, places: { [path]: 2 } },
    });
    for (const { out, err } of [words, json]) expect(out + err).not.toMatch(/hunter22|ghp_/);
    const beside = await redact(['--report', '--json', path]);
    expect(JSON.parse(beside.err)).toMatchObject({ total: 1 });
    expect(beside.out).toBe('<secret:github-token> hunter22');
  });

  it('says how far it is where somebody sees it and nothing is written over', async () => {
    const path = file('far', `${key}\n`.repeat(100));
    const seen = /4\.0 KB read, .*\/s, 100 found\n$/;
    expect((await redact(['--check', path], { isTerminal: true })).err).toMatch(seen);
    expect((await redact(['--check', path], { isTerminal: true })).err).toContain('\r');
    expect((await redact([path], { isTerminal: true })).err).toBe('');
    expect((await redact(['--check', path])).err).toBe('');
    const asked = await redact(['--progress', path]);
    expect([asked.err, asked.out.split('\n')]).toEqual([expect.stringMatching(seen), expect.anything()]);
    expect(asked.err).not.toContain('\r');
    expect((await redact(['--no-progress', '--check', path], { isTerminal: true })).err).toBe('');
    const piped = await redact(['--progress'], { input: [Buffer.from(key), Buffer.from('\n')] });
    expect(piped.err).toMatch(/^41 B read, .*\/s, 1 found\n$/);
  });

  it('only checks, if told so', async () => {
    expect(await redact(['--check', file('clean', 'nothing')])).toEqual({ code: 0, out: '', err: '' });
    expect(await redact(['--check', file('dirty', key)])).toEqual({ code: 1, out: '', err: '' });
  });

  it('says what it cannot read or use', async () => {
    const absent = await redact([join(dir, 'absent')]);
    expect([absent.code, absent.err]).toEqual([2, expect.stringContaining('a file that can be read')]);
    const unset = await redact(['--secret-env', 'UNSET'], { env: {} });
    expect([unset.code, unset.err]).toEqual([2, expect.stringContaining('a variable that is set')]);
  });
});

describe('redactStream', () => {
  it('holds no more than what may become a secret', async () => {
    let given = 0;
    let passed = 0;
    let most = 0;
    async function* chunks(): AsyncGenerator<Uint8Array> {
      for (let turn = 0; turn < 200; turn++) {
        most = Math.max(most, given - passed);
        given += 10_000;
        await Promise.resolve();
        yield Buffer.from(`${canary('', 9_000)} ${'sk-'.repeat(300)}`.padEnd(10_000, ' '));
      }
    }
    for await (const text of redactStream(chunks(), knownSecrets({ detect: true }), 'x'))
      passed += text.length;
    expect(most).toBeLessThan(100);
    expect(passed).toBe(given);
  });
});
