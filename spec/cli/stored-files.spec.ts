import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { fileBackend } from '../../src/backends/file/file-backend.ts';
import { createEngine } from '../../src/engine/create-engine.ts';
import { labCommand, type Ended } from './command-lab.ts';

const dir = mkdtempSync(join(tmpdir(), 'sluice-stored-'));
beforeAll(async () => {
  const engine = createEngine({ backend: await fileBackend({ dir }) });
  for (const id of ['one', 'two']) {
    const writer = await engine.open({ id });
    for (const word of ['Hello ', 'there']) writer.token(word);
    await writer.complete();
  }
  await engine.close();
});
afterAll(() => rmSync(dir, { recursive: true }));

async function sluice(...args: string[]): Promise<Ended> {
  const command = labCommand(args);
  return { code: await command.ended, ...command.said };
}

describe('sluice export', () => {
  it('prints the events as they stand on the wire', async () => {
    const { code, out } = await sluice('export', `file:${dir}`, '--run', 'two');
    const events = out
      .trimEnd()
      .split('\n')
      .map(line => JSON.parse(line) as { id: string; seq: number; type: string });
    expect([code, events.map(({ seq, type }) => `${seq} ${type}`)]).toEqual([
      ...[0, ['1 started', '2 token', '3 token', '4 complete']],
    ]);
    expect(events[3]!.id).toMatch(/^[a-z0-9]+\.4\.[\w-]{8}$/);
    expect((await sluice('export', dir)).out.split('\n')).toHaveLength(9);
    expect((await sluice('export', dir, '--tenant', 'other')).out).toBe('');
  });

  it('says where there are no runs', async () => {
    const { code, err } = await sluice('export', join(dir, 'runs'));
    expect([code, err]).toEqual([2, expect.stringContaining('found no runs there')]);
  });
});

describe('sluice verify', () => {
  it('says that all is well, and what is not', async () => {
    const whole = await sluice('verify', dir);
    expect(whole).toMatchObject({
      code: 0,
      out: expect.stringMatching(/^2 runs, 8 events, \d+ bytes: all as/),
    });
    const name = readdirSync(dir, { recursive: true, encoding: 'utf8' }).find(file => file.endsWith('.log'))!;
    const path = join(dir, name);
    writeFileSync(path, readFileSync(path, 'utf8').replace('Hello', 'Hallo'));
    const broken = await sluice('verify', dir);
    expect([broken.code, broken.out]).toEqual([1, expect.stringContaining('1 things are broken')]);
    const found = JSON.parse((await sluice('verify', dir, '--json')).out.split('\n')[0]!) as { path: string };
    expect(found.path).toBe(path);
  });
});
