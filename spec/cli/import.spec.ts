import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { exportFiles } from '../../src/backends/file/index.ts';
import { AGENT_LOG_FORMATS } from '../../src/bridges/agent-logs/index.ts';
import { HAS_RECORDINGS, RECORDED, RECORDINGS } from '../bridges/agent-logs/recorded-logs.ts';
import { sampleLines } from '../bridges/agent-logs/sample-logs.ts';
import { commandLab } from './command-lab.ts';

const lab = commandLab();
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'sluice-import-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Told {
  readonly runId: string;
  readonly appended: number;
}

function log(name: string, lines: readonly string[]): string {
  const file = join(folder, name);
  writeFileSync(file, lines.map(line => `${line}\n`).join(''));
  return file;
}

async function imported(...args: string[]): Promise<Told[]> {
  const { code, out, err } = await lab.run(['import', '--json', ...args]);
  expect([code, err]).toEqual([0, '']);
  return out
    .trim()
    .split('\n')
    .map(line => JSON.parse(line) as Told);
}

async function stored(id: string): Promise<readonly Record<string, unknown>[]> {
  const { items } = await lab.engine.events.search(id, { limit: 10_000 });
  return items as unknown as Record<string, unknown>[];
}

describe('sluice import', () => {
  it.each(AGENT_LOG_FORMATS)('makes a run of a log of %s, once', async format => {
    const file = log(`${format}.jsonl`, sampleLines(format));
    const [first] = await imported(file);
    expect(first).toMatchObject({ file: `${format}.jsonl`, format, status: 'completed' });
    const events = await stored(first!.runId);
    expect(events).toHaveLength(1 + first!.appended);
    expect(events.at(-1)).toMatchObject({ type: 'complete', final: true });
    expect(await imported(file)).toEqual([{ ...first, appended: 0 }]);
    expect(await stored(first!.runId)).toEqual(events);
  });

  it('reads standard input, and several files', async () => {
    const { code, out } = await lab.run(['import', '-', '--run', 'mine', '--label', 'a=b'], {
      input: [Buffer.from(sampleLines('pi').join('\n'))],
    });
    expect([code, out]).toEqual([
      0,
      expect.stringMatching(/^mine {2}standard input: pi, completed, \d+ events of 5/),
    ]);
    expect(await lab.engine.runs.get('mine')).toMatchObject({ labels: { imported: 'pi', a: 'b' } });
    const files = [
      log('a.jsonl', sampleLines('codex')),
      log('b.json', [`[${sampleLines('opencode').join(',')}]`]),
    ];
    expect(await imported(...files)).toMatchObject([{ format: 'codex' }, { format: 'opencode', records: 6 }]);
  });

  it('keeps the times of a log, and what runs backwards in it beside the event', async () => {
    const lines = ['05', '09', '07', '2999'].map(word => {
      const time = word === '2999' ? '2999-01-02T03:04:05.000Z' : `2026-01-02T03:04:${word}.000Z`;
      return JSON.stringify({
        timestamp: time,
        type: 'event_msg',
        payload: { type: 'user_message', message: word },
      });
    });
    const [{ runId } = { runId: '' }] = await imported(log('times.jsonl', lines));
    const events = await stored(runId);
    const [five, nine] = ['2026-01-02T03:04:05.000Z', '2026-01-02T03:04:09.000Z'];
    expect(events.map(({ type, time }) => [type, time])).toEqual([
      ['started', five],
      ['token', five],
      ['token', nine],
      ['token', nine],
      ['token', nine],
      ['complete', nine],
    ]);
    expect(events.slice(1, -1).map(({ metadata }) => metadata)).toEqual([
      { importedRecord: 0 },
      { importedRecord: 1 },
      { importedRecord: 2, importedTime: '2026-01-02T03:04:07.000Z' },
      { importedRecord: 3, importedTime: '2999-01-02T03:04:05.000Z' },
    ]);
    expect(await lab.engine.runs.get(runId)).toMatchObject({ startedAt: five, endedAt: nine });
  });

  it('stores events under the time of now where that is asked for', async () => {
    const [{ runId } = { runId: '' }] = await imported(
      '--no-times',
      log('now.jsonl', sampleLines('pi').concat('')),
    );
    expect((await stored(runId))[1]).toMatchObject({
      metadata: { importedTime: '2026-01-02T03:04:05.000Z', importedRecord: 0 },
    });
    expect((await lab.engine.runs.get(runId)).startedAt).toBeUndefined();
  });

  it('goes on with an import that was interrupted', async () => {
    const file = log('whole.jsonl', sampleLines('codex'));
    const [whole] = await imported(file);
    const events = (await stored(whole!.runId)).map(({ type, data, metadata }) => ({ type, data, metadata }));
    const view = await lab.engine.runs.get(whole!.runId);
    const { metadata } = view;
    for (let kept = 1; kept < events.length - 1; kept++) {
      const id = `cut-${kept}`;
      const writer = await lab.engine.open({ id, metadata });
      const parts = new Map<unknown, number>();
      await writer.append(
        events.slice(1, kept).map(event => {
          const record = (event.metadata as { importedRecord: number }).importedRecord;
          const part = parts.get(record) ?? 0;
          parts.set(record, part + 1);
          return { ...event, key: `import:${record}.${part}` } as never;
        }),
      );
      await imported(file, '--run', id);
      const now = (await stored(id)).map(({ type, data, metadata: told }) => ({
        type,
        data,
        metadata: told,
      }));
      expect(now.slice(1, -1)).toEqual(events.slice(1, -1));
    }
  });

  it('ends a run as the log says its agent ended', async () => {
    const failed = JSON.stringify({ type: 'turn.failed', error: { message: 'no credit' } });
    const file = log('failed.jsonl', [...sampleLines('codex'), failed]);
    const [told] = await imported(file);
    expect((await stored(told!.runId)).at(-1)).toMatchObject({
      type: 'error',
      data: { code: 'AGENT_FAILED', message: 'no credit' },
    });
  });

  it('cuts what no server takes, and says so', async () => {
    const wide = JSON.stringify({ type: 'from.tomorrow', text: 'é'.repeat(400_000) });
    const said = JSON.stringify({
      type: 'item.completed',
      item: { id: 'i', type: 'agent_message', text: '😀'.repeat(100_000) },
    });
    const [told] = await imported(log('wide.jsonl', [...sampleLines('codex'), wide, said]));
    const events = await stored(told!.runId);
    expect(events.find(({ type }) => type === 'custom:codex.from.tomorrow')).toMatchObject({
      metadata: { cutFrom: expect.any(Number) },
    });
    const content = events
      .filter(({ type, data }) => type === 'token' && (data as { messageId: string }).messageId === 'i')
      .map(({ data }) => (data as { content: string }).content);
    expect(content.join('') === '😀'.repeat(100_000)).toBe(true);
  });

  it('writes into a folder', async () => {
    const dir = join(folder, 'runs');
    const file = log('folder.jsonl', sampleLines('claude-code'));
    const [first] = await imported('--backend', `file:${dir}`, file);
    expect(await imported('--backend', `file:${dir}`, file)).toEqual([{ ...first, appended: 0 }]);
    const types: string[] = [];
    for await (const line of exportFiles(dir, {})) types.push((JSON.parse(line) as { type: string }).type);
    expect(types).toContain('tool.completed');
    expect(types.at(-1)).toBe('complete');
  });

  it('says how far it is', async () => {
    const { err } = await lab.run(['import', '--progress', log('p.jsonl', sampleLines('pi'))]);
    expect(err).toMatch(/^p\.jsonl: \d+ B of \d+ B, \d+ %, \d+ events\n$/);
    expect((await lab.run(['import', '--help'])).out).toContain('--format <name>');
  });

  it.each([
    [['/no/such/file'], 2, /expected a file that can be read/],
    [['--format', 'vim', '/tmp'], 2, /Allowed choices are codex/],
    [['--backend', 'memory', '/tmp'], 2, /expected file:DIR/],
    [['--ttl', '0', '/tmp'], 2, /expected hours/],
    [['--run', 'r', 'a', 'b'], 2, /expected one file/],
  ] as const)('%j ends with %d', async (args, exit, words) => {
    const { code, err } = await lab.run(['import', ...args]);
    expect([code, err]).toEqual([exit, expect.stringMatching(words)]);
  });

  it('refuses what nobody writes, and a run that is something else', async () => {
    const other = log('other.txt', ['hello', '{"a":1}']);
    expect(await lab.run(['import', other])).toMatchObject({
      code: 2,
      err: expect.stringMatching(/says whose it is/),
    });
    await lab.engine.open({ id: 'taken' });
    const file = log('taken.jsonl', sampleLines('pi'));
    expect(await lab.run(['import', file, '--run', 'taken'])).toMatchObject({ code: 6 });
  });

  (HAS_RECORDINGS ? it : it.skip)(
    'imports every recording',
    async () => {
      const files = RECORDED.map(([, file]) => join(RECORDINGS, file));
      const told = await imported(...files);
      expect(told).toHaveLength(RECORDED.length);
      for (const { appended } of told) expect(appended).toBeGreaterThan(1);
      for (const { appended } of await imported(...files)) expect(appended).toBe(0);
    },
    60_000,
  );
});
