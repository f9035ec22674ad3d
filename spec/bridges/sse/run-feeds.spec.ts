import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { RunFeed } from '../../../src/bridges/sse/run-feed.ts';
import { RunFeeds } from '../../../src/bridges/sse/run-feeds.ts';
import type { SseBytes } from '../../../src/bridges/sse/sse-bytes.ts';
import { runKey, type Backend, type Log } from '../../../src/backends/backend.ts';
import { memoryBackend } from '../../../src/backends/memory/memory-backend.ts';
import { createEngine } from '../../../src/engine/create-engine.ts';
import type { Engine } from '../../../src/engine/engine.ts';
import type { RunWriter } from '../../../src/run/writer.ts';

const turn = (): Promise<void> => new Promise(resolve => setImmediate(resolve));

describe('feeds of one run', () => {
  let backend: Backend;
  let engine: Engine;
  let writer: RunWriter;
  let feeds: RunFeeds;

  beforeEach(async () => {
    backend = memoryBackend();
    engine = createEngine({ grace: 0, backend });
    writer = await engine.open({ id: 'r' });
    feeds = new RunFeeds();
  });
  afterEach(() => engine.close());

  const open = async (position = 'start', filter?: string): Promise<RunFeed> => {
    const reader = await engine.events.read('r', { after: position, filter });
    return feeds.open({ reader, name: `r ${filter ?? ''}`, frames: 'typed', position });
  };
  const next = (feed: RunFeed): SseBytes | undefined => feed.next() as SseBytes | undefined;
  const text = (bytes: SseBytes | undefined): string => Buffer.from(bytes?.plain ?? []).toString();

  it('makes the bytes of one place once', async () => {
    const [a, b] = [await open(), await open()];
    const first = next(a);
    expect(next(b)).toBe(first);
    expect([next(a), next(b)]).toEqual([undefined, undefined]);
    writer.token('x');
    writer.token('y');
    const burst = next(a);
    expect(text(burst).match(/event: token/g)).toHaveLength(2);
    expect(next(b)).toBe(burst);
    expect(Buffer.from(burst!.chunk).toString()).toBe(
      `${burst!.plain.length.toString(16)}\r\n${text(burst)}\r\n`,
    );
  });

  it('rings once for all that happens in one turn, and only those who wait', async () => {
    const [waiting, busy] = [await open(), await open()];
    const rings = { waiting: 0, busy: 0 };
    waiting.bell = { ring: () => void rings.waiting++ };
    busy.bell = { ring: () => void rings.busy++ };
    next(waiting);
    expect(next(waiting)).toBeUndefined();
    next(busy);
    writer.token('x');
    writer.token('y');
    expect(rings).toEqual({ waiting: 0, busy: 0 });
    await turn();
    expect(rings).toEqual({ waiting: 1, busy: 0 });
    await turn();
    writer.token('z');
    await turn();
    expect(rings).toEqual({ waiting: 1, busy: 0 });
  });

  it('does not let one who takes old shared bytes miss the newest', async () => {
    const [fast, slow] = [await open(), await open()];
    let rung = 0;
    slow.bell = { ring: () => void rung++ };
    const first = next(fast);
    writer.token('x');
    expect(next(slow)).toBe(first);
    expect(text(next(slow))).toContain('"content":"x"');
    expect(next(slow)).toBeUndefined();
    writer.token('y');
    await turn();
    expect(rung).toBe(1);
  });

  describe('over a log that takes its time', () => {
    beforeEach(async () => {
      const { log, ...backend } = memoryBackend();
      const late: Log = {
        append: (key, batch) => log.append(key, batch),
        watch: (key, ring) => log.watch(key, ring),
        trim: (key, seq) => log.trim(key, seq),
        read: async (key, query) => {
          const page = await log.read(key, query);
          await turn();
          return page;
        },
      };
      await engine.close();
      engine = createEngine({ grace: 0, backend: { ...backend, log: late } });
      writer = await engine.open({ id: 'r' });
    });

    it('asks once for all who stand at one place', async () => {
      const [a, b] = [await open(), await open()];
      const first = [a, b].map(async feed => feed.next());
      writer.token('x');
      const [bytes, same] = await Promise.all(first);
      expect(text(bytes)).toContain('event: started');
      expect(same).toBe(bytes);
      expect(text(await a.next())).toContain('"content":"x"');
      expect(a.next()).toBeUndefined();
      const rung = new Promise<void>(resolve => (a.bell = { ring: resolve }));
      writer.token('y');
      await rung;
      expect(text(await a.next())).toContain('"content":"y"');
    });

    it('misses nothing that is stored while the log is asked', async () => {
      const feed = await open('1', 'minimal');
      writer.token('unseen');
      const next = feed.next();
      await writer.complete();
      expect(text(await next)).toContain('event: complete');
    });
  });

  it('takes a ring for nothing as such', async () => {
    const [a, b] = [await open(), await open()];
    next(a);
    next(b);
    await backend.log.trim(runKey('default', 'r'), 0);
    expect([next(a), next(b)]).toEqual([undefined, undefined]);
    writer.token('x');
    expect(text(next(a))).toContain('"content":"x"');
    expect(text(next(b))).toContain('"content":"x"');
  });

  it('goes on behind pages in which a filter leaves nothing', async () => {
    for (let i = 0; i < 9_000; i++) writer.token('x');
    const feed = await open('start', 'minimal');
    const seen: string[] = [];
    const taken = new Promise<void>(resolve => {
      const take = (): void => {
        for (let bytes = next(feed); bytes; bytes = next(feed)) seen.push(text(bytes));
        if (feed.ended) resolve();
      };
      feed.bell = { ring: take };
      take();
    });
    await writer.complete();
    await taken;
    expect(seen.join('').match(/^event: .*/gm)).toEqual(['event: started', 'event: complete']);
  });

  it('keeps few bursts, however long the run', async () => {
    const [a, b] = [await open(), await open()];
    for (let i = 0; i < 100; i++) {
      writer.token(`t${i}`);
      next(a);
    }
    let events = '';
    for (let bytes = next(b); bytes; bytes = next(b)) events += text(bytes);
    expect(events.match(/event: token/g)).toHaveLength(100);
  });

  it('tells where the end of an ended run is', async () => {
    await writer.complete();
    const { id } = (await engine.events.latest('r'))!;
    expect(await (await open(id)).begin()).toEqual({ isPastEnd: true });
    const before = await open('1');
    expect(await before.begin()).toEqual({ isPastEnd: false });
    expect(before.ended).toBe(false);
    next(before);
    expect(before.ended).toBe(true);
  });

  it('holds nothing for those who left, in any order', async () => {
    const many = await Promise.all(Array.from({ length: 20 }, () => open()));
    for (const feed of many) {
      next(feed);
      next(feed);
    }
    expect(feeds.size).toBe(1);
    let rung = 0;
    for (const feed of many) feed.bell = { ring: () => void rung++ };
    for (const at of [3, 19, 0, 7, 7]) many[at]!.close();
    writer.token('x');
    await turn();
    expect(rung).toBe(16);
    for (const feed of many) feed.close();
    expect(feeds.size).toBe(0);
    expect(next(many[1]!)).toBeUndefined();
  });
});
