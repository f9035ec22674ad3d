import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createEngine } from '../../src/engine/create-engine.ts';
import type { Engine } from '../../src/engine/engine.ts';
import type { JsonObject } from '../../src/event/json.ts';
import { serveOnNode } from './adapters.ts';
import { dataFramesOf } from './sse-frames.ts';

const DIRECTORY = process.env.RECORDINGS_DIR ?? join(import.meta.dirname, '../../../shared/data/recordings');

/** `RECORDINGS_PACE=real` waits as long as the recorded agent did: a quarter of an hour. */
const IS_REAL = process.env.RECORDINGS_PACE === 'real';

/** Milliseconds between events of a recorded coding run: percentiles, and how many of a hundred gaps are so long. */
const GAPS = [
  ...[...Array<number>(50).fill(0), ...Array<number>(25).fill(1), ...Array<number>(15).fill(29)],
  ...[...Array<number>(5).fill(88), ...Array<number>(4).fill(1_040), 4_868],
];

/** One record of a real run, and when it came, in milliseconds since the first. */
interface Recorded {
  readonly type: `custom:${string}`;
  readonly data: JsonObject;
  readonly at: number;
}

/** A log with one JSON record and its time per line. */
function codex(text: string): Recorded[] {
  const lines = text
    .trimEnd()
    .split('\n')
    .map(line => JSON.parse(line) as JsonObject & { ts: string });
  const first = Date.parse(lines[0]!.ts);
  return lines.map(line => ({ type: 'custom:codex', data: line, at: Date.parse(line.ts) - first }));
}

/** A stream of Server-Sent Events without times, which come as in a run that has them. */
function deerFlow(text: string): Recorded[] {
  let now = 0;
  return dataFramesOf(text.replaceAll('\r\n', '\n').trimEnd() + '\n\n').map(({ event, data }, at) => ({
    type: `custom:${event!}`,
    data: JSON.parse(data!) as JsonObject,
    at: (now += GAPS[(at * 61) % GAPS.length]!),
  }));
}

const RECORDINGS = [
  { file: 'codex/fix-merge-conflict.jsonl', read: codex, fastForward: 2_000 },
  { file: 'deer-flow/eiffel-tower-vs-tallest-building.sse.txt', read: deerFlow, fastForward: 200 },
];

describe.each(RECORDINGS)('the recording $file', ({ file, read, fastForward }) => {
  const path = join(DIRECTORY, file);
  const isThere = existsSync(path);
  const recorded = isThere ? read(readFileSync(path, 'utf8')) : [];
  let engine: Engine;
  let served: Awaited<ReturnType<typeof serveOnNode>>;

  beforeAll(async () => {
    engine = createEngine({ grace: 0 });
    served = await serveOnNode(engine);
  });
  afterAll(async () => {
    await engine.close();
    await served.close();
  });

  const arrived = async (id: string): Promise<{ type: string; data: JsonObject }[]> => {
    const text = await (await served.fetch(`/runs/${id}/events`)).text();
    return dataFramesOf(text)
      .map(frame => JSON.parse(frame.data!) as { type: string; data: JsonObject })
      .filter(({ type }) => type.startsWith('custom:'))
      .map(({ type, data }) => ({ type, data }));
  };
  const sent = recorded.map(({ type, data }) => ({ type, data }));

  (isThere ? it : it.skip)('arrives equal at full speed, live and replayed', async () => {
    const writer = await engine.open({ id: 'fast' });
    const live = arrived('fast');
    for (const { type, data } of recorded) await writer.emit(type, data);
    await writer.complete();
    expect(await live).toEqual(sent);
    expect(await arrived('fast')).toEqual(sent);
  });

  (isThere ? it : it.skip)(
    `arrives equal with gaps${IS_REAL ? '' : ', shortened'}`,
    async () => {
      const writer = await engine.open({ id: 'paced' });
      const live = arrived('paced');
      let now = 0;
      for (const { type, data, at } of recorded) {
        const gap = Math.floor((at - now) / (IS_REAL ? 1 : fastForward));
        if (gap > 0) {
          await pause(gap);
          now = at;
        }
        void writer.emit(type, data);
      }
      await writer.complete();
      expect(await live).toEqual(sent);
    },
    IS_REAL ? 1_800_000 : 20_000,
  );
});
