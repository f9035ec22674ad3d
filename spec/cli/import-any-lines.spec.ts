import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { AGENT_LOG_FORMATS, type AgentLogFormat } from '../../src/bridges/agent-logs/index.ts';
import { PI_STREAM, SAMPLES } from '../bridges/agent-logs/sample-logs.ts';
import { commandLab } from './command-lab.ts';

const lab = commandLab();
let folder: string;
let files = 0;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'sluice-import-any-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Stored {
  readonly type: string;
  readonly data: unknown;
  readonly metadata?: { readonly importedRecord?: number; readonly cutFrom?: number };
}

interface Told {
  readonly records: number;
  readonly skipped: number;
  readonly events: readonly Stored[];
}

async function imported(format: AgentLogFormat, bytes: Uint8Array): Promise<Told> {
  const file = join(folder, `${files++}.jsonl`);
  writeFileSync(file, bytes);
  // Logs that are alike are runs of their own here.
  const run = `any-${files}`;
  const { code, out, err } = await lab.run(['import', '--json', '--format', format, '--run', run, file]);
  expect([code, err]).toEqual([0, '']);
  const { records, skipped } = JSON.parse(out) as Told;
  const { items } = await lab.engine.events.search(run, { limit: 10_000 });
  return { records, skipped, events: items as unknown as Stored[] };
}

const nested = (depth: number): string => '{"a":['.repeat(depth) + '1' + ']}'.repeat(depth);
const lineOf = (line: string): Buffer => Buffer.from(line);

/** JSON that a program may write and a server does not take as it is. */
const strange = fc.oneof(
  fc.constantFrom(
    nested(30),
    nested(5_000),
    '1e400',
    '-0',
    '12345678901234567890',
    '"\\ud800"',
    '{"__proto__":{"x":1},"constructor":2,"":3}',
    JSON.stringify('é😀'.repeat(60_000)),
    `[${'0,'.repeat(100_000)}0]`,
    `{${Array.from({ length: 20_000 }, (_, at) => `"member ${at}":"x"`).join(',')}}`,
    `{"${'n'.repeat(300_000)}":1}`,
    '""',
    'null',
    '[]',
    '{}',
  ),
  fc.json(),
);

/** A record of an agent, one of whose values, wherever it lies, is another; or a record of nobody. */
const record = fc
  .tuple(
    fc.constantFrom(...AGENT_LOG_FORMATS.flatMap(format => [...SAMPLES[format]]), ...PI_STREAM),
    fc.nat(),
    strange,
  )
  .map(([known, which, json]) => {
    const places: string[] = [];
    const marked = JSON.stringify(known, (_, value: unknown) => {
      if (typeof value === 'object' && value !== null) return { ...value, more: `@${places.push('')}@` };
      return value;
    });
    const values = [...marked.matchAll(/(?<=:)("(?:[^"\\]|\\.)*"|\d+|\{"more":"@\d+@"\})/g)];
    const { index, 0: old } = values[which % values.length]!;
    const changed = marked.slice(0, index) + json + marked.slice(index + old.length);
    return changed.replace(/,?"more":"@\d+@"/g, '').replaceAll('{,', '{');
  });

const line = fc.oneof(
  { weight: 6, arbitrary: record.map(lineOf) },
  { weight: 2, arbitrary: strange.map(lineOf) },
  { weight: 1, arbitrary: fc.string({ unit: 'binary' }).map(text => lineOf(text.replaceAll('\n', ' '))) },
  { weight: 1, arbitrary: fc.uint8Array().map(bytes => Buffer.from(bytes.filter(byte => byte !== 10))) },
);

const log = fc.record({
  format: fc.constantFrom(...AGENT_LOG_FORMATS),
  lines: fc.array(line, { minLength: 1, maxLength: 6 }),
  hasMark: fc.boolean(),
  end: fc.constantFrom('\n', '\r\n'),
  torn: fc.nat({ max: 20 }),
});

describe('sluice import, whatever the lines are', () => {
  it('takes every record: as an event at least, or counted as one that repeats others', async () => {
    await fc.assert(
      fc.asyncProperty(log, async ({ format, lines, hasMark, end, torn }) => {
        const bytes = Buffer.concat([
          // What begins like an array or an object over lines is another form of file.
          ...(hasMark ? [Buffer.from([0xef, 0xbb, 0xbf])] : []),
          lineOf(`{"type":"from.tomorrow"}${end}`),
          ...lines.flatMap(it => [it, lineOf(end)]),
        ]);
        const { records, skipped, events } = await imported(format, bytes.subarray(0, bytes.length - torn));
        const told = new Set(events.flatMap(({ metadata }) => metadata?.importedRecord ?? []));
        // What was held until the end is told of the record behind the last.
        told.delete(records);
        expect(told.size + skipped).toBe(records);
        expect(events.at(-1)!.type).toMatch(/^(complete|error|cancelled)$/);
      }),
      { numRuns: 40 },
    );
  }, 120_000);

  it('cuts what is too deep, and what is too large by its unknown members alone, and says so', async () => {
    const session = { type: 'session', id: 's', timestamp: '2026-01-02T03:04:05.000Z', cwd: '/' };
    const user = { role: 'user', content: 'Hi.' };
    const lines = [
      JSON.stringify(session),
      JSON.stringify({
        type: 'message',
        timestamp: session.timestamp,
        message: user,
        more: 'x'.repeat(400_000),
      }),
      `{"type":"message","timestamp":"${session.timestamp}","message":{"role":"user","content":"Ho."},"more":${nested(10_000)}}`,
      `{"type":"deep","more":${nested(10_000)}}`,
    ];
    const { events } = await imported('pi', Buffer.from(lines.join('\n')));
    expect(events.slice(2, 5)).toMatchObject([
      { type: 'token', data: { content: 'Hi.' }, metadata: { cutFrom: expect.any(Number) } },
      { type: 'token', data: { content: 'Ho.' }, metadata: { cutFrom: expect.any(Number) } },
      { type: 'custom:pi.deep', metadata: { cutFrom: Buffer.byteLength(lines[3]!) } },
    ]);
    expect(events[2]!.metadata!.cutFrom).toBeGreaterThan(400_000);
    expect(JSON.stringify(events[4]!.data)).toContain('[too deep]');
  });

  it('cuts no character in two', async () => {
    for (const before of ['', 'x']) {
      const text = before + '😀'.repeat(200_000);
      const { events } = await imported('pi', Buffer.from(JSON.stringify({ type: 'wide', text })));
      const { text: cut } = events[1]!.data as { readonly text: string };
      // Half a pair is written as U+FFFD.
      expect(Buffer.from(cut).toString()).toBe(cut);
    }
  });

  it('renames a member that no server takes', async () => {
    const { events } = await imported('pi', Buffer.from('{"type":"odd","a":{"__proto__":{"x":1e400}}}'));
    expect(events[1]).toMatchObject({ data: { a: { '[__proto__]': { x: 'Infinity' } } } });
  });
});
