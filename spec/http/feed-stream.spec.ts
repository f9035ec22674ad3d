import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Engine } from '../../src/engine/engine.ts';
import { createHandler } from '../../src/http/create-handler.ts';
import { ManualClock } from '../../src/testing/manual-clock.ts';
import { countingBackend } from './counting-backend.ts';
import { eventually } from './eventually.ts';
import { servedEngine } from './served-agents.ts';
import { framesOf, seqsOf } from './sse-frames.ts';

describe('streams of the fetch handler', () => {
  let backend: ReturnType<typeof countingBackend>;
  let engine: Engine;
  let clock: ManualClock;
  let handler: ReturnType<typeof createHandler>;

  beforeEach(() => {
    backend = countingBackend();
    engine = servedEngine({ backend });
    clock = new ManualClock();
    handler = createHandler(engine, { clock });
  });
  afterEach(() => engine.close());

  const stream = async (path: string, init?: RequestInit): Promise<ReadableStreamDefaultReader<string>> => {
    const answer = await handler(new Request(`http://localhost${path}`, init));
    return answer.body!.pipeThrough(new TextDecoderStream()).getReader();
  };

  it.each(['cancelled', 'aborted'])('free everything when they are %s, also while idle', async how => {
    await engine.open({ id: 'idle' });
    const leaving = new AbortController();
    const reader = await stream('/runs/idle/events', { signal: leaving.signal });
    let text = '';
    while (!text.includes('event: started')) text += (await reader.read()).value!;
    const waiting = reader.read();
    expect(backend.watches()).toBe(1);
    if (how === 'aborted') leaving.abort();
    await reader.cancel();
    await waiting;
    await eventually(() => backend.watches() === 0);
  });

  it('take nothing for one who does not read', async () => {
    const writer = await engine.open({ id: 'r' });
    const answer = await handler(new Request('http://localhost/runs/r/events'));
    for (let i = 0; i < 2_000; i++) writer.token('x'.repeat(1_000));
    await new Promise(setImmediate);
    const reader = answer.body!.getReader();
    const { value: retry } = await reader.read();
    const { value: first } = await reader.read();
    expect(new TextDecoder().decode(retry)).toMatch(/^retry: \d+\n\n$/);
    // One burst, made when it was asked for.
    expect(seqsOf(new TextDecoder().decode(first)).length).toBeLessThanOrEqual(256);
    await reader.cancel();
  });

  it('give each reader bytes of its own', async () => {
    await (
      await engine.start('greet', { id: 'a' })
    ).result;
    const read = async (): Promise<Uint8Array> => {
      const answer = await handler(new Request('http://localhost/runs/a/events'));
      return new Uint8Array(await answer.arrayBuffer());
    };
    const [one, other] = await Promise.all([read(), read()]);
    const before = other.slice();
    one.fill(0);
    expect(other).toEqual(before);
  });

  it('beat while nothing happens', async () => {
    await engine.open({ id: 'h' });
    const reader = await stream('/runs/h/events');
    let text = '';
    while (!text.includes('event: started')) text += (await reader.read()).value!;
    const next = reader.read();
    await new Promise(setImmediate);
    clock.advance(15_000);
    expect(framesOf((await next).value!)).toEqual([{ comment: 'heartbeat' }]);
    await reader.cancel();
  });
});
