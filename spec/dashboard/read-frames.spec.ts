import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { readFrames, type Frame } from '../../src/dashboard/read-frames.ts';

async function framesOf(chunks: readonly Uint8Array[]): Promise<Frame[]> {
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      for (const chunk of chunks) controller.enqueue(chunk);
      controller.close();
    },
  });
  const frames: Frame[] = [];
  for await (const batch of readFrames(body)) frames.push(...batch);
  return frames;
}

const TEXT = [
  'retry: 2000\n\n',
  ': heartbeat\n\n',
  'event: token\ndata: {"content":"früh – 🌊"}\nid: a.1.0\n\n',
  'data: one\ndata: two\n\n',
  'id: a.2.0\n\n',
  'event: token\r\ndata:tight\r\n\r\n',
  'data: cut off',
].join('');

const FRAMES = [
  { event: 'token', data: '{"content":"früh – 🌊"}', id: 'a.1.0' },
  { event: undefined, data: 'one\ntwo', id: undefined },
  { event: undefined, data: undefined, id: 'a.2.0' },
  { event: 'token', data: 'tight', id: undefined },
];

describe('frames of a response', () => {
  it('are read, but neither comments nor what was cut off', async () => {
    expect(await framesOf([new TextEncoder().encode(TEXT)])).toEqual(FRAMES);
  });

  it('are the same wherever the network cuts', async () => {
    const bytes = new TextEncoder().encode(TEXT);
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat({ max: bytes.length })), async cuts => {
        const places = [0, ...cuts.sort((a, b) => a - b), bytes.length];
        const chunks = places.slice(1).map((end, index) => bytes.subarray(places[index], end));
        expect(await framesOf(chunks)).toEqual(FRAMES);
      }),
    );
  });
});
