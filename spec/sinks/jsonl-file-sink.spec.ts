import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { createEngine } from '../../src/engine/create-engine.ts';
import type { RunEvent } from '../../src/event/run-event.ts';
import { fileCursorStore } from '../../src/sinks/file-cursor-store.ts';
import { jsonlFileSink } from '../../src/sinks/jsonl-file-sink.ts';
import { thrownBy } from '../support/code-of.ts';
import { token } from '../support/sample-events.ts';
import { scratchFolder } from './scratch-folder.ts';

const RUN = { runId: 'run', tenantId: 'tenant' };

describe('jsonlFileSink', () => {
  let folder: ReturnType<typeof scratchFolder>;
  let path: string;
  beforeEach(() => {
    folder = scratchFolder();
    path = join(folder.path, 'deep', 'audit.jsonl');
  });
  afterEach(() => folder.remove());

  const seqsIn = (file: string): number[] =>
    readFileSync(file, 'utf8')
      .split('\n')
      .slice(0, -1)
      .map(line => (JSON.parse(line) as RunEvent).seq);

  it.each([false, true])('writes an event a line, and notices among them (fsync %s)', async fsync => {
    const sink = jsonlFileSink({ path, fsync });
    await Promise.all([
      sink.write([token(1, 'two\nlines'), token(2, 'b')], RUN),
      sink.write([token(3, 'c')], RUN),
    ]);
    await sink.notice!({ notice: 'reset', runId: 'run', reason: 'fork' }, RUN);
    await sink.close!();
    const lines = readFileSync(path, 'utf8').trimEnd().split('\n');
    expect(lines.map(line => JSON.parse(line) as unknown)).toEqual([
      ...[token(1, 'two\nlines'), token(2, 'b'), token(3, 'c')],
      { notice: 'reset', reason: 'fork', ...RUN },
    ]);
  });

  it('begins a new file when one is full, and keeps as many as it is told', async () => {
    const sink = jsonlFileSink({ path, maxBytes: 1_024, keep: 2 });
    for (let seq = 1; seq <= 40; seq++) await sink.write([token(seq, 'x'.repeat(100))], RUN);
    await sink.close!();
    const files = readdirSync(join(folder.path, 'deep')).sort();
    expect(files).toEqual(['audit.jsonl', 'audit.jsonl.1', 'audit.jsonl.2']);
    const seqs = [`${path}.2`, `${path}.1`, path].flatMap(seqsIn);
    expect(seqs).toEqual(Array.from({ length: seqs.length }, (_, at) => 40 - seqs.length + 1 + at));
    for (const file of files)
      expect(statSync(join(folder.path, 'deep', file)).size).toBeLessThanOrEqual(1_024);
  });

  it('keeps none but the newest with keep: 0', async () => {
    const sink = jsonlFileSink({ path, maxBytes: 1_024, keep: 0 });
    for (let seq = 1; seq <= 40; seq++) await sink.write([token(seq, 'x'.repeat(100))], RUN);
    await sink.close!();
    expect([readdirSync(join(folder.path, 'deep')), seqsIn(path).at(-1)]).toEqual([['audit.jsonl'], 40]);
  });

  it('cuts the line that a kill left unfinished, and nothing else', async () => {
    const first = jsonlFileSink({ path });
    await first.write([token(1, 'a'), token(2, 'b')], RUN);
    await first.close!();
    for (const torn of ['{"id":"e1.3', 'x'.repeat(200_000)]) {
      appendFileSync(path, torn);
      const again = jsonlFileSink({ path });
      await again.write([token(3, 'c')], RUN);
      await again.close!();
    }
    expect(seqsIn(path)).toEqual([1, 2, 3, 3]);
    writeFileSync(path, 'nothing but the beginning of a line');
    const last = jsonlFileSink({ path });
    await last.write([token(4, 'd')], RUN);
    await last.close!();
    expect(seqsIn(path)).toEqual([4]);
  });

  it('fails where it cannot write, and goes on when it can', async () => {
    mkdirSync(path, { recursive: true });
    const sink = jsonlFileSink({ path });
    await expect(sink.write([token(1, 'a')], RUN)).rejects.toThrow();
    await expect(sink.write([token(1, 'a')], RUN)).rejects.toThrow();
    const other = jsonlFileSink({ path: join(folder.path, 'other') });
    await other.write([token(1, 'a')], RUN);
    await other.close!();
    await other.write([token(2, 'b')], RUN);
    await other.close!();
    expect(seqsIn(join(folder.path, 'other'))).toEqual([1, 2]);
  });

  it.each([{ path: '' }, { path: 'x', maxBytes: 1 }, { path: 'x', keep: -1 }, { path: 'x', keep: 0.5 }])(
    'refuses %j',
    options => {
      expect(thrownBy(() => jsonlFileSink(options))).toBe('BAD_OPTION');
    },
  );

  it('holds every event of an engine, over restarts', async () => {
    const engine = createEngine();
    const ids: string[] = [];
    for (let restart = 0; restart < 3; restart++) {
      const store = fileCursorStore({ path: join(folder.path, 'cursors') });
      const handle = engine.sink(jsonlFileSink({ path }), { name: 'audit', store });
      const run = await engine.start(ctx => ctx.token('x'));
      await run.result;
      ids.push(run.id);
      await handle.flush();
      await handle.close();
    }
    const lines = readFileSync(path, 'utf8')
      .trimEnd()
      .split('\n')
      .map(line => JSON.parse(line) as RunEvent);
    expect(lines.map(({ runId, seq }) => `${runId} ${seq}`)).toEqual(
      ids.flatMap(id => [`${id} 1`, `${id} 2`, `${id} 3`]),
    );
    await engine.close();
    expect(existsSync(`${path}.1`)).toBe(false);
  });
});

describe('fileCursorStore', () => {
  let folder: ReturnType<typeof scratchFolder>;
  let path: string;
  beforeEach(() => {
    folder = scratchFolder();
    path = join(folder.path, 'deep', 'cursors');
  });
  afterEach(() => folder.remove());

  it.each([false, true])(
    'keeps what was set, over restarts, killed in the middle of a line (fsync %s)',
    async fsync => {
      const first = fileCursorStore({ path, fsync });
      await Promise.all([
        first.set('a', '1'),
        first.set('b', '1'),
        first.set('a', '2'),
        first.delete('b'),
        first.delete('c'),
      ]);
      expect([await first.get('a'), await first.get('b'), [...(await first.keys())]]).toEqual([
        '2',
        undefined,
        ['a'],
      ]);
      appendFileSync(path, '["a","3');
      const second = fileCursorStore({ path, fsync });
      expect(await second.get('a')).toBe('2');
      await second.set('a', '4');
      appendFileSync(path, 'no JSON\n{}\n');
      const third = fileCursorStore({ path });
      expect([await third.get('a'), [...(await third.keys())]]).toEqual(['4', ['a']]);
      for (const store of [first, second, third]) await store.close!();
    },
  );

  it('stays small however often a cursor moves', async () => {
    const store = fileCursorStore({ path });
    for (let at = 0; at < 5_000; at++) await store.set(`run ${at % 10}`, String(at));
    expect(readFileSync(path, 'utf8').split('\n').length).toBeLessThan(1_100);
    await store.close!();
    // It opens again when it is used again.
    expect(await store.get('run 9')).toBe('4999');
    await store.close!();
  });

  it('refuses no name', () => expect(thrownBy(() => fileCursorStore({ path: '' }))).toBe('BAD_OPTION'));
});
