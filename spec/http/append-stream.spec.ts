import { request, type ClientRequest } from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import type { Engine } from '../../src/engine/engine.ts';
import { createEngine } from '../../src/engine/create-engine.ts';
import type { Appended } from '../../src/run/appender.ts';
import { serveHttp, type HttpServer } from '../../src/http/serve-http.ts';
import { faultProxy, type Fault } from '../support/fault-proxy.ts';
import { until } from '../support/settle.ts';
import { Floodgate, slowBackend } from '../support/slow-backend.ts';

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: unknown;
}

const NDJSON = 'application/x-ndjson';
const token = (n: number) => ({ type: 'token', data: { content: `${n}` }, key: `key-${n}` });
const line = (value: unknown): string => `${JSON.stringify(value)}\n`;

/** A request on a connection of its own, whose body is still to be written. */
function posting(url: string, type: string): { sent: ClientRequest; answer: Promise<Answer> } {
  const sent = request(url, { method: 'POST', agent: false, headers: { 'content-type': type } });
  const answer = new Promise<Answer>((resolve, reject) => {
    sent.on('error', reject);
    sent.on('response', response => {
      let text = '';
      response.setEncoding('utf8').on('data', (part: string) => (text += part));
      response.on('error', reject);
      response.on('end', () => {
        const { statusCode: status = 0, headers } = response;
        resolve({ status, headers, body: JSON.parse(text) as unknown });
      });
    });
  });
  answer.catch(() => undefined);
  return { sent, answer };
}

async function post(url: string, body: string, type = 'application/json'): Promise<Answer> {
  const { sent, answer } = posting(url, type);
  sent.end(body);
  return answer;
}

/** What a producer does: again, until it has an answer. */
async function insist(url: string, body: string, type?: string): Promise<Answer> {
  for (let time = 0; time < 20; time++) {
    const answer = await post(url, body, type).catch(() => undefined);
    if (answer) return answer;
  }
  throw new Error('no answer in 20 attempts');
}

describe('appending to a server', () => {
  let engine: Engine;
  let server: HttpServer;
  beforeEach(async () => {
    engine = createEngine({ grace: 0 });
    server = await serveHttp({ engine, port: 0 });
  });
  afterEach(async () => {
    await engine.close({ whenEnded: () => server.close() });
  });

  const seen = async (id: string): Promise<string[]> => {
    const { items } = await engine.events.search(id, { limit: 10_000 });
    return items.map(item =>
      'type' in item ? (item.type === 'token' ? item.data.content : item.type) : 'notice',
    );
  };
  const tip = async (id: string): Promise<number> => (await engine.events.tip(id)).seq;
  async function reached(id: string, seq: number): Promise<void> {
    let newest = 0;
    const ask = async (): Promise<void> => {
      while (newest < seq) {
        newest = await tip(id);
        await new Promise(resolve => setImmediate(resolve));
      }
    };
    void ask();
    await until(() => newest >= seq, `seq ${seq}`);
  }

  it('appends lines as they come, and answers when the body ends', async () => {
    const { id, run } = await engine.open();
    const { sent, answer } = posting(`${server.url}/runs/${id}/events`, NDJSON);
    sent.write(line(token(0)) + line(token(1)) + '{"type":"tok');
    await reached(id, 3);
    sent.write('en","data":{"content":"2"}}\n\n');
    await reached(id, 4);
    sent.end('{"type":"complete"}');
    const { status, body } = await answer;
    expect([status, body]).toEqual([
      ...[200, { accepted: 4, first: 2, last: 5, cursor: run.cursor, cancelRequested: false }],
    ]);
    expect(await seen(id)).toEqual(['started', '0', '1', '2', 'complete']);
  });

  it('keeps the lines before a cut, and the producer goes on from there', async () => {
    const { id } = await engine.open();
    const { sent } = posting(`${server.url}/runs/${id}/events`, NDJSON);
    sent.write(line(token(0)) + line(token(1)) + line(token(2)).slice(0, -9));
    await reached(id, 3);
    sent.destroy();
    const rest = [0, 1, 2, 3].map(n => line(token(n))).join('');
    const { body } = await post(`${server.url}/runs/${id}/events`, rest, NDJSON);
    expect(body).toMatchObject({ accepted: 4, first: 2, last: 5 });
    expect(await seen(id)).toEqual(['started', '0', '1', '2', '3']);
  });

  it('says which line is wrong, and how many were taken before it, wherever the body is cut', async () => {
    const good = Array.from({ length: 1_200 }, (_, n) => line(token(n)));
    for (const [bad, code] of [
      ['{"type":"token","data":{"content":1}}\n', 'BAD_EVENT'],
      ['{"type":"started","data":{}}\n', 'RESERVED_TYPE'],
      ['null\n', 'BAD_EVENT'],
      ['nonsense\n', 'BAD_REQUEST'],
    ] as const) {
      const { id } = await engine.open();
      const { body } = await post(
        `${server.url}/runs/${id}/events`,
        [...good, bad, ...good].join(''),
        NDJSON,
      );
      expect(body).toMatchObject({ code, details: { index: 1_200, accepted: 1_200, first: 2, last: 1_201 } });
      expect((body as { detail: string }).detail).toContain('events[1200]');
      expect(await tip(id)).toBe(1_201);
    }
  });

  it('refuses a line behind the end, and answers the repeated body', async () => {
    const { id } = await engine.open();
    const url = `${server.url}/runs/${id}/events`;
    const ended = line(token(0)) + line({ type: 'complete', data: {}, key: 'end' });
    const first = await post(url, ended, NDJSON);
    expect(first).toMatchObject({ status: 200, body: { accepted: 2, last: 3 } });
    expect((await post(url, ended, NDJSON)).body).toEqual(first.body);
    expect(await post(url, ended + line(token(1)), NDJSON)).toMatchObject({
      ...{ status: 409, body: { code: 'RUN_ENDED', details: { accepted: 2 } } },
    });
    const other = await engine.open();
    const behind = await post(`${server.url}/runs/${other.id}/events`, ended + line(token(1)), NDJSON);
    expect(behind).toMatchObject({ status: 409, body: { code: 'RUN_ENDED', details: { accepted: 2 } } });
    expect(await seen(other.id)).toEqual(['started', '0', 'complete']);
  });

  it('refuses an endless line without collecting it', async () => {
    const { id } = await engine.open();
    const { sent, answer } = posting(`${server.url}/runs/${id}/events`, NDJSON);
    sent.write(line(token(0)) + 'x'.repeat(2 ** 20));
    sent.write('x'.repeat(2 ** 16));
    expect(await answer).toMatchObject({
      ...{ status: 413, body: { code: 'BODY_TOO_LARGE', details: { accepted: 1 } } },
    });
    sent.destroy();
    expect(await seen(id)).toEqual(['started', '0']);
  });

  it('answers a full mailbox with 429 and when to come back', async () => {
    const gate = new Floodgate();
    const tight = createEngine({
      ...{ backend: slowBackend({ append: gate.pace }), grace: 0 },
      limits: { mailbox: { events: 2 } },
    });
    const busy = await serveHttp({ engine: tight, port: 0 });
    const writer = await tight.open();
    writer.step('1');
    writer.step('2');
    const batch = JSON.stringify({ events: [token(0)] });
    const full = await post(`${busy.url}/runs/${writer.id}/events`, batch);
    expect([full.status, full.headers['retry-after'], full.body]).toMatchObject([
      ...[429, '1', { code: 'MAILBOX_FULL' }],
    ]);
    gate.open();
    await writer.drained();
    expect((await post(`${busy.url}/runs/${writer.id}/events`, batch)).status).toBe(200);
    await tight.close({ whenEnded: () => busy.close() });
  });

  it('gives a repeated request for a run the same run, also when that has ended', async () => {
    const create = (more = {}): Promise<Answer> =>
      post(`${server.url}/runs`, JSON.stringify({ idempotencyKey: 'k', input: { n: 1 }, ...more }));
    const first = (await create()).body as { runId: string; eventsUrl: string };
    expect(await create()).toMatchObject({ status: 202, body: { ...first, status: 'running' } });
    await post(server.url + first.eventsUrl, '{"events":[{"type":"complete"}]}');
    expect(await create()).toMatchObject({ status: 202, body: { ...first, status: 'completed' } });
    expect(await create({ input: 2 })).toMatchObject({ status: 422 });
    const started = await engine.events.get(first.runId, 1);
    expect(started!.data).toEqual({ input: { n: 1 } });
  });

  const faults: fc.Arbitrary<Fault | undefined> = fc.option(
    fc.record({
      side: fc.constantFrom('request' as const, 'response' as const),
      after: fc.nat(400),
      how: fc.constantFrom('cut' as const, 'end' as const),
    }),
    { nil: undefined, freq: 2 },
  );
  const sends = fc.record({
    size: fc.integer({ min: 1, max: 6 }),
    /** So many of the batch before are sent again in front of it. */
    again: fc.nat(6),
    isLines: fc.boolean(),
  });

  it('has every event once and in order, whatever happens on the line', async () => {
    const proxy = await faultProxy(server.port);
    await fc.assert(
      fc.asyncProperty(
        fc.array(sends, { maxLength: 6 }),
        fc.infiniteStream(faults),
        async (batches, troubles) => {
          const { id } = await engine.open();
          const from = proxy.connections;
          proxy.plan = connection => {
            // After some faults in a row the line is good, so that every producer comes through.
            const nth = connection - from;
            return nth % 5 === 4 ? undefined : (troubles.next().value as Fault | undefined);
          };
          const url = `${proxy.url}/runs/${id}/events`;
          let n = 0;
          for (const { size, again, isLines } of batches) {
            const first = Math.max(0, n - again);
            n += size;
            const events = Array.from({ length: n - first }, (_, at) => token(first + at));
            const { status, body } = isLines
              ? await insist(url, events.map(line).join(''), NDJSON)
              : await insist(url, JSON.stringify({ events }));
            const { accepted, last } = body as Appended;
            expect([status, accepted, last]).toEqual([200, events.length, n + 1]);
          }
          const ending = JSON.stringify({ events: [{ type: 'complete', data: {}, key: 'end' }] });
          expect((await insist(url, ending)).body).toMatchObject({ accepted: 1, last: n + 2 });
          const told = Array.from({ length: n }, (_, at) => `${at}`);
          expect(await seen(id)).toEqual(['started', ...told, 'complete']);
        },
      ),
      { numRuns: 40 },
    );
    await proxy.close();
  }, 60_000);
});
