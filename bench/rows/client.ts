import { connectRun } from '../../src/client/index.ts';
import { toSseFrame } from '../../src/index.ts';
import { cpuPerOperation } from '../measure-cpu.ts';
import { prebuiltTokens } from '../prebuilt-tokens.ts';
import type { Row } from '../row.ts';

const EVENTS = 5_000;
/** What a socket gives at once when a run is replayed. */
const CHUNK = 64 * 1_024;

/** What a client spends for one event, from the bytes of its frame to the callback that is given it. */
export const client: Row = {
  name: 'client',
  what: 'client: bytes of a frame → typed event, once and in order, in a callback',
  unit: 'ns',
  goal: { of: 'ratio', atMost: 1.4 },
  against: 'JSON.parse of the data, as text already',
  base: parsing,
  ours: () => reading(frames()),
  others: {
    'TextDecoder and JSON.parse of lines without frames': decoding,
  },
};

const lines = (): readonly string[] => prebuiltTokens(EVENTS).map(event => JSON.stringify(event));

function frames(): readonly Uint8Array[] {
  return chunksOf(
    prebuiltTokens(EVENTS)
      .map(event => toSseFrame(event))
      .join(''),
  );
}

function chunksOf(text: string): readonly Uint8Array[] {
  const bytes = new TextEncoder().encode(text);
  return Array.from({ length: Math.ceil(bytes.length / CHUNK) }, (_, at) =>
    bytes.slice(at * CHUNK, (at + 1) * CHUNK),
  );
}

/** What keeps the parsed from being optimised away. */
let total = 0;

async function parsing(): Promise<number> {
  const texts = lines();
  const perPass = await cpuPerOperation(times => {
    for (let pass = 0; pass < times; pass++) {
      for (const text of texts) total += (JSON.parse(text) as { seq: number }).seq;
    }
  });
  return perPass / EVENTS;
}

async function decoding(): Promise<number> {
  const chunks = chunksOf(lines().join('\n'));
  const perPass = await cpuPerOperation(times => {
    for (let pass = 0; pass < times; pass++) {
      const decoder = new TextDecoder();
      let rest = '';
      const take = (line: string): void => void (total += (JSON.parse(line) as { seq: number }).seq);
      for (const chunk of chunks) {
        const parts = (rest + decoder.decode(chunk, { stream: true })).split('\n');
        rest = parts.pop()!;
        parts.forEach(take);
      }
      take(rest);
    }
  });
  return perPass / EVENTS;
}

async function reading(chunks: readonly Uint8Array[]): Promise<number> {
  const perPass = await cpuPerOperation(async times => {
    for (let pass = 0; pass < times; pass++) await readOnce(chunks);
  });
  return perPass / EVENTS;
}

/** The stream ends without an end of the run; the client is left before it would come back. */
async function readOnce(chunks: readonly Uint8Array[]): Promise<void> {
  const body = (): ReadableStream<Uint8Array> => {
    let at = 0;
    return new ReadableStream<Uint8Array>(
      {
        pull: stream => (at < chunks.length ? stream.enqueue(chunks[at++]!) : stream.close()),
      },
      { highWaterMark: 0 },
    );
  };
  const fetch = () =>
    Promise.resolve(new Response(body(), { headers: { 'content-type': 'text/event-stream' } }));
  let seen = 0;
  await new Promise<void>((complete, error) => {
    const reading = connectRun('http://localhost/runs/run/events', { fetch }).subscribe({
      next: item => {
        if ('seq' in item) total += item.seq;
        if (++seen < EVENTS) return;
        reading.unsubscribe();
        complete();
      },
      error,
    });
  });
}
