import { describe, expect, it } from '@jest/globals';
import { memoryBackend } from '../../src/backends/memory/memory-backend.ts';
import { createEngine } from '../../src/engine/create-engine.ts';
import type { Engine } from '../../src/engine/engine.ts';
import { ADAPTERS, type Served } from './adapters.ts';
import { expectProblem } from './expect-problem.ts';

const LINES = { headers: { accept: 'application/x-ndjson' } };
const LONG = 1_000;

interface Line {
  readonly seq: number;
  readonly id: string;
  readonly notice?: string;
}

describe.each(Object.entries(ADAPTERS))('all events of a run as lines, through a %s', (_, serve) => {
  const withRun = async (use: (served: Served, engine: Engine) => Promise<void>): Promise<void> => {
    const engine = createEngine({ grace: 10 });
    const writer = await engine.open({ id: 'long' });
    for (let i = 1; i < LONG; i++)
      void writer.emit('custom:tick', { i, what: i % 300 === 0 ? 'rare' : 'usual' });
    await writer.emit('custom:tick', { last: true });
    const served = await serve(engine);
    try {
      await use(served, engine);
    } finally {
      await engine.close();
      await served.close();
    }
  };
  const linesOf = async (served: Served, query = ''): Promise<Line[]> => {
    const answer = await served.fetch(`/runs/long/events${query}`, LINES);
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-type')).toBe('application/x-ndjson');
    expect(answer.headers.get('link')).toBeNull();
    const text = await answer.text();
    expect(text === '' || text.endsWith('\n')).toBe(true);
    return text
      .split('\n')
      .slice(0, -1)
      .map(line => JSON.parse(line) as Line);
  };
  const seqs = (lines: readonly Line[]): number[] => lines.map(line => line.seq);
  const from = (first: number, last: number): number[] =>
    Array.from({ length: last - first + 1 }, (_none, at) => first + at);

  it('gives everything there is, also of a run that goes on, and then ends', async () => {
    await withRun(async (served, engine) => {
      const { seq: tip } = await engine.events.tip('long');
      const all = await linesOf(served);
      expect(seqs(all)).toEqual(from(1, tip));
      expect(seqs(await linesOf(served, '?after=500'))).toEqual(from(501, tip));
      expect(seqs(await linesOf(served, `?after=${all[799]!.id}`))).toEqual(from(801, tip));
      expect(await linesOf(served, '?after=now')).toEqual([]);
      expect(await linesOf(served, `?after=${all.at(-1)!.id}`)).toEqual([]);
    });
  });

  it('gives all that a filter or a search finds', async () => {
    await withRun(async (served, engine) => {
      const { seq: tip } = await engine.events.tip('long');
      expect(seqs(await linesOf(served, '?order=desc'))).toEqual(from(1, tip).reverse());
      expect(await linesOf(served, '?q=rare')).toHaveLength(3);
      expect(await linesOf(served, '?q=rare&order=desc')).toHaveLength(3);
      expect(await linesOf(served, '?filter=custom:tick')).toHaveLength(LONG + 1);
      expect(await linesOf(served, '?q=nowhere')).toEqual([]);
    });
  });

  it('tells of another life of the run before all of this one', async () => {
    await withRun(async (served, engine) => {
      const { seq: tip } = await engine.events.tip('long');
      const [notice, ...rest] = await linesOf(served, '?after=other.900.0');
      expect(notice).toMatchObject({ notice: 'reset' });
      expect(seqs(rest)).toEqual(from(1, tip));
    });
  });

  it('keeps to a page where one is asked for, and refuses as ever', async () => {
    await withRun(async served => {
      const page = await served.fetch('/runs/long/events?limit=200', LINES);
      expect((await page.text()).split('\n')).toHaveLength(201);
      expect(page.headers.get('link')).toContain('rel="next"');
      await expectProblem(await served.fetch('/runs/nobody/events', LINES), 404, 'RUN_NOT_FOUND');
      await expectProblem(await served.fetch('/runs/long/events?after=x', LINES), 400, 'BAD_CURSOR');
      await expectProblem(await served.fetch('/runs/long/events?since=x', LINES), 400, 'BAD_REQUEST');
      expect((await served.fetch('/runs/long/events', { ...LINES, method: 'HEAD' })).status).toBe(200);
    });
  });

  it('never ends as if it were whole where the backend fails, and reads no further than it is read', async () => {
    const backend = memoryBackend();
    const { log } = backend;
    let reads = 0;
    let isLost = false;
    const read: typeof log.read = (key, query) => {
      reads++;
      if (isLost) throw new Error('the disk is gone');
      return log.read(key, query);
    };
    const engine = createEngine({ grace: 10, backend: { ...backend, log: bound(log, read) } });
    const writer = await engine.open({ id: 'long' });
    const pad = 'x'.repeat(10_000);
    for (let i = 0; i < LONG; i++) await writer.emit('custom:tick', { pad });
    const served = await serve(engine);
    reads = 0;
    const answer = await served.fetch('/runs/long/events', LINES);
    const reader = answer.body!.getReader();
    await reader.read();
    const readSoFar = reads;
    isLost = true;
    const rest = (async () => {
      while (!(await reader.read()).done);
    })();
    await expect(rest).rejects.toThrow();
    // Each page takes several reads of 256 KB; the whole log would take more than 40.
    expect(readSoFar).toBeLessThan(30);
    isLost = false;
    await engine.close();
    await served.close();
  });
});

/** A log with another `read`. */
function bound<Log extends object>(log: Log, read: unknown): Log {
  return new Proxy(log, {
    get: (target, name) => {
      if (name === 'read') return read;
      const value: unknown = Reflect.get(target, name);
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });
}
