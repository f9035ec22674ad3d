import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import * as fc from 'fast-check';
import { createEngine } from '../../src/engine/create-engine.ts';
import type { Engine } from '../../src/engine/engine.ts';
import { serveOnNode } from './adapters.ts';
import { rawRequest } from './raw-request.ts';
import { dataFramesOf, framesOf, lastIdOf } from './sse-frames.ts';

// Thousands of connections: a deadline that only a fault reaches, also on a busy machine.
jest.setTimeout(180_000);

const CASES = 1_000;
const RUNS = 12;
const VIEWS = [
  '',
  '?filter=minimal',
  '?filter=token',
  '?frames=message',
  '?filter=custom:*,step&frames=message',
];

/** A stream off a socket, to its end or until `most` bytes of it have come. */
async function bodyOf(
  port: number,
  path: string,
  lastId: string | undefined,
  most = Infinity,
): Promise<string> {
  const { body } = await rawRequest(
    port,
    [
      `GET ${path} HTTP/1.1`,
      'Host: localhost',
      'Connection: close',
      ...(lastId === undefined ? [] : [`Last-Event-ID: ${lastId}`]),
    ],
    most,
  );
  return body.toString();
}

describe('a stream that was cut', () => {
  let engine: Engine;
  let served: Awaited<ReturnType<typeof serveOnNode>>;

  beforeAll(async () => {
    engine = createEngine({ grace: 0 });
    served = await serveOnNode(engine);
    const random = fc.sample(fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 60 }), {
      numRuns: RUNS,
      seed: 7,
    });
    for (const [at, kinds] of random.entries()) {
      const writer = await engine.open({ id: `run-${at}` });
      for (const kind of kinds) write(writer, kind);
      await (at % 3 === 0 ? writer.fail(new Error('late')) : writer.complete({ at }));
    }
  });
  afterAll(async () => {
    await engine.close();
    await served.close();
  });

  type Writer = Awaited<ReturnType<Engine['open']>>;
  const write = (writer: Writer, kind: number): void => {
    if (kind === 0) writer.token('täglich 🚀\n\nid: no\n');
    else if (kind === 1) writer.step('look');
    else if (kind === 2) writer.progress('half', 0.5);
    else if (kind === 3) writer.custom('fraud', { score: 1 });
    else writer.token('x'.repeat(300));
  };

  const whole = new Map<string, string>();
  const read = async (path: string): Promise<string> => {
    if (!whole.has(path)) whole.set(path, await bodyOf(served.port, path, undefined));
    return whole.get(path)!;
  };

  it.each(VIEWS)('loses and repeats nothing behind any frame of it%s', async view => {
    for (let run = 0; run < RUNS; run++) {
      const path = `/runs/run-${run}/events${view}`;
      const all = await read(path);
      const frames = dataFramesOf(all);
      const ids = framesOf(all).flatMap(({ id }) => id ?? []);
      expect(ids.length).toBeGreaterThan(0);
      for (const id of ids) {
        const behind = frames.findIndex(frame => frame.id === id) + 1;
        expect(dataFramesOf(await bodyOf(served.port, path, id))).toEqual(frames.slice(behind));
      }
    }
  });

  it(`loses and repeats nothing, wherever an ended run was cut (${CASES} cases)`, async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.nat({ max: RUNS - 1 }),
        fc.constantFrom(...VIEWS),
        fc.nat({ max: 1_000_000 }),
        async (run, view, place) => {
          const path = `/runs/run-${run}/events${view}`;
          const all = await read(path);
          const bytes = Buffer.from(all);
          const seen = bytes.subarray(0, place % (bytes.length + 1)).toString();
          const rest = await bodyOf(served.port, path, lastIdOf(seen));
          expect([...dataFramesOf(seen), ...dataFramesOf(rest)]).toEqual(dataFramesOf(all));
        },
      ),
      { numRuns: CASES },
    );
  });

  it(`loses and repeats nothing, wherever a live run was cut (${CASES} cases)`, async () => {
    let count = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 40 }),
        fc.constantFrom(...VIEWS),
        fc.array(fc.integer({ min: 1, max: 1_500 }), { minLength: 1, maxLength: 4 }),
        async (kinds, view, cuts) => {
          const id = `live-${count++}`;
          const writer = await engine.open({ id });
          const path = `/runs/${id}/events${view}`;
          const writing = (async () => {
            for (const kind of kinds) {
              write(writer, kind);
              await new Promise(setImmediate);
            }
            await writer.complete();
          })();
          const parts: string[] = [];
          let lastId: string | undefined;
          for (const most of [...cuts, Infinity]) {
            const part = await bodyOf(served.port, path, lastId, most);
            parts.push(part);
            lastId = lastIdOf(part) ?? lastId;
          }
          await writing;
          const all = await bodyOf(served.port, path, undefined);
          expect(parts.flatMap(part => dataFramesOf(part))).toEqual(dataFramesOf(all));
        },
      ),
      { numRuns: CASES },
    );
  });
});
