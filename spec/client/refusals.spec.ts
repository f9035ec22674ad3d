import { afterEach, describe, expect, it } from '@jest/globals';
import { connectRun, type ConnectOptions } from '../../src/client/connect-run.ts';
import type { ConnectionState } from '../../src/client/options.ts';
import type { SluiceError } from '../../src/errors/sluice-error.ts';
import { ManualClock } from '../../src/testing/manual-clock.ts';
import { thrownBy } from '../support/code-of.ts';
import { until } from '../support/settle.ts';
import { all, brief, hurriedClock } from './reading.ts';
import {
  eventFrame,
  refusing,
  scriptedServer,
  streaming,
  type Act,
  type ScriptedServer,
} from './scripted-server.ts';

const END = eventFrame(3, 'complete', { durationMs: 1 });
const WHOLE = streaming(eventFrame(1), eventFrame(2), END);
const BRIEF = ['1 step', '2 step', '3 complete'];

let server: ScriptedServer;
afterEach(() => server.close());

/** What a connection gives, and how it ends. */
async function read(acts: readonly Act[], options: ConnectOptions = {}) {
  server = await scriptedServer(...acts);
  const states: ConnectionState[] = [];
  const items: string[] = [];
  const connection = connectRun(server.url, {
    ...{ retryDelay: 0, clock: hurriedClock(20) },
    onState: state => states.push(state),
    ...options,
  });
  try {
    for await (const item of connection) items.push(...brief([item]));
    return { items, states, error: undefined };
  } catch (error) {
    return { items, states, error: error as SluiceError };
  }
}

describe('what a server refuses', () => {
  it.each([
    [400, 'BAD_FILTER'],
    [403, 'FORBIDDEN_ORIGIN'],
    [404, 'RUN_NOT_FOUND'],
    [409, 'RUN_ENDED'],
    [410, 'STREAM_EXPIRED'],
    [422, 'IDEMPOTENCY_CONFLICT'],
  ])('%d is not tried again', async (status, code) => {
    const { error, states } = await read([refusing(status, code)]);
    expect(error).toMatchObject({ name: 'SluiceError', code, message: `${code} it is` });
    expect(error?.details).toEqual({ status });
    expect(server.requests).toHaveLength(1);
    expect(states.at(-1)).toEqual({ status: 'closed', error });
  });

  it.each([408, 429, 500, 502, 503])('%d is tried again', async status => {
    const { items } = await read([refusing(status, 'INTERNAL'), refusing(status), WHOLE]);
    expect(items).toEqual(BRIEF);
  });

  it('waits as long as a refusal asks for', async () => {
    const { states } = await read([refusing(503, 'STORAGE_LOST', { 'retry-after': '7' }), WHOLE]);
    expect(states.find(({ status }) => status === 'waiting')).toMatchObject({
      attempt: 1,
      delay: 7_000,
      error: { code: 'STORAGE_LOST' },
    });
  });

  it.each([
    [20_000, 4_000],
    [1_000, 9_000],
  ])('waits as long as the server said last: %d ms, then %d', async (first, last) => {
    const cut = streaming(`retry: ${first}\n\n`, eventFrame(1), `retry: ${last}\n\n`);
    // What waits a thousandth of its time must have enough of it on a busy machine.
    const { states } = await read([cut, WHOLE], { clock: hurriedClock(1_000), timeout: 3_600_000 });
    expect(states.find(({ status }) => status === 'waiting')).toMatchObject({ attempt: 1, delay: last });
  });

  it('passes on codes that are newer than itself', async () => {
    const { error } = await read([refusing(400, 'NEWER_THAN_US')]);
    expect([error?.code, error?.retryable]).toEqual(['NEWER_THAN_US', false]);
  });

  it('gives up when it may not try any longer', async () => {
    const { error } = await read([refusing(503, 'STORAGE_LOST')], { maxRetries: 3 });
    expect(error).toMatchObject({ code: 'CONNECTION_LOST', cause: { code: 'STORAGE_LOST' } });
    expect(error?.message).toBe('Gave up after 3 retries. STORAGE_LOST it is');
    expect(server.requests).toHaveLength(4);
  });

  it('counts failures anew after each frame', async () => {
    const cut = streaming(eventFrame(1));
    const { items } = await read([cut, refusing(503), streaming(eventFrame(2)), refusing(503), WHOLE], {
      maxRetries: 2,
    });
    expect(items).toEqual(BRIEF);
  });

  it('ends on 204', async () => {
    const { items, error } = await read([
      streaming(eventFrame(1)),
      response => response.writeHead(204).end(),
    ]);
    expect([items, error]).toEqual([['1 step'], undefined]);
  });

  it.each([
    [
      'while resuming',
      ['1 step', 'reset gone'],
      [streaming(eventFrame(1)), refusing(404, 'RUN_NOT_FOUND')],
      {},
    ],
    ['with a cursor that was saved', ['reset gone'], [refusing(404)], { after: 'e.7.0' }],
  ] as const)('404 %s says that the run is gone', async (_, expected, acts, options) => {
    const { items, error } = await read(acts, options);
    expect([items, error]).toEqual([expected, undefined]);
  });
});

describe('credentials', () => {
  it('are asked for before each attempt', async () => {
    let count = 0;
    await read([streaming(eventFrame(1)), refusing(503), WHOLE], {
      headers: () => Promise.resolve({ authorization: `Bearer ${++count}` }),
    });
    expect(server.requests.map(({ headers }) => headers.authorization)).toEqual([
      'Bearer 1',
      'Bearer 2',
      'Bearer 3',
    ]);
  });

  it('are asked for once more after a 401, and then no more', async () => {
    let count = 0;
    const headers = () => ({ authorization: `Bearer ${++count}` });
    expect((await read([refusing(401), WHOLE], { headers })).items).toEqual(BRIEF);
    await server.close();
    const { error } = await read([refusing(401)], { headers });
    expect(error).toMatchObject({ code: 'BAD_RESPONSE', details: { status: 401 } });
    expect(error?.message).toContain('credentials');
    expect(server.requests).toHaveLength(2);
  });

  it('that never change are not tried again', async () => {
    const { error } = await read([refusing(401)], { headers: { authorization: 'Bearer x' } });
    expect(error?.details).toEqual({ status: 401 });
    expect(server.requests).toHaveLength(1);
  });

  it('that cannot be had just now are asked for later', async () => {
    let count = 0;
    const { items, states } = await read([WHOLE], {
      headers: () => {
        if (count++ === 0) throw new Error('no token yet');
        return {};
      },
    });
    expect(items).toEqual(BRIEF);
    expect(states.find(({ status }) => status === 'waiting')).toMatchObject({
      error: { message: expect.stringContaining('no token yet') },
    });
  });
});

describe('what answers and is no Sluice server', () => {
  const html: Act = response => {
    response.writeHead(200, { 'content-type': 'text/html' });
    response.end('<!doctype html><title>Welcome</title>');
  };

  it('a page at the address is an error at once', async () => {
    const { error } = await read([html]);
    expect(error).toMatchObject({ code: 'BAD_RESPONSE', details: { status: 200 } });
    expect(error?.message).toBe(
      `${server.url}: expected text/event-stream, got text/html. Check the address, and what stands between.`,
    );
  });

  it('a page in place of a stream that was there is a proxy, and passes', async () => {
    const { items } = await read([streaming(eventFrame(1)), html, html, WHOLE]);
    expect(items).toEqual(BRIEF);
  });

  it.each(['no JSON', '[]', 'null', '{"seq":"1"}', '{"seq":1}', '42'])(
    'a frame with %s is an error',
    async data => {
      const { items, error } = await read([streaming(eventFrame(1), `data: ${data}\n\n`, END)]);
      expect(items).toEqual(['1 step']);
      expect(error?.code).toBe('BAD_RESPONSE');
      expect(error?.message).toContain(`got ${JSON.stringify(data)}`);
    },
  );

  it('notices of newer servers are passed on', async () => {
    const { items } = await read([streaming('event: soon\ndata: {"notice":"soon","runId":"run"}\n\n', END)]);
    expect(items).toEqual(['soon', '3 complete']);
  });

  it('a frame of 10 MB is one', async () => {
    const content = 'ä'.repeat(5_000_000);
    const { items, error } = await read([streaming(eventFrame(1, 'token', { content }), END)]);
    expect([items, error]).toEqual([['1 token', '3 complete'], undefined]);
  });

  it('a frame without an end is an error', async () => {
    const { error } = await read([
      response => {
        response.writeHead(200, { 'content-type': 'text/event-stream' });
        const more = (): void => {
          while (response.write('x'.repeat(1_000_000)));
        };
        response.on('drain', more);
        more();
      },
    ]);
    expect(error?.code).toBe('BAD_RESPONSE');
    expect(error?.message).toContain('at most 16777216 characters');
  });

  it('events that come twice are given once, notices each time', async () => {
    const degraded = 'event: degraded\ndata: {"notice":"degraded","runId":"run","since":"x"}\n\n';
    const { items } = await read([
      streaming(eventFrame(1), degraded, degraded, eventFrame(1), eventFrame(2), END),
    ]);
    expect(items).toEqual(['1 step', 'degraded', 'degraded', '2 step', '3 complete']);
  });

  it('resumes behind a gap, not in front of it', async () => {
    const gap = { notice: 'gap', runId: 'run', reason: 'trimmed', from: 1, to: 2, cursor: 'e.2.0' };
    await read([streaming(`event: gap\ndata: ${JSON.stringify(gap)}\n\n`), streaming(END)]);
    expect(server.requests.map(({ url }) => new URL(url!, server.url).searchParams.get('after'))).toEqual([
      'start',
      'e.2.0',
    ]);
  });
});

describe('after a reset', () => {
  it('reads from the start, also if it is cut before the first event', async () => {
    const reset = 'event: reset\ndata: {"notice":"reset","runId":"run","reason":"fork"}\n\n';
    const { items } = await read([streaming(reset), WHOLE], { after: 'e.7.0' });
    expect(items).toEqual(['reset fork', ...BRIEF]);
    expect(server.requests.map(({ url }) => new URL(url!, server.url).searchParams.get('after'))).toEqual([
      'e.7.0',
      'start',
    ]);
  });
});

describe('time', () => {
  it('that jumps changes nothing, in either direction', async () => {
    const clock = new ManualClock();
    server = await scriptedServer(response => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write(eventFrame(1));
    });
    const states: ConnectionState[] = [];
    const stop = new AbortController();
    const connection = connectRun(server.url, {
      ...{ clock, retryDelay: 0, signal: stop.signal },
      onState: state => states.push(state),
    });
    const items = all(connection);
    const open = () => states.filter(({ status }) => status === 'open').length;
    await until(() => connection.cursor === 'e.1.0');
    clock.set(clock.now() - 86_400_000);
    await new Promise(resolve => setTimeout(resolve, 20));
    expect(open()).toBe(1);
    clock.advance(200_000);
    await until(() => {
      clock.advance(0);
      return open() === 2;
    }, 'a new connection after silence');
    stop.abort();
    expect(brief(await items)).toEqual(['1 step']);
    expect(clock.pending).toBe(0);
  });
});

describe('a server that is not there', () => {
  it('is tried for as long as it is allowed, and told about', async () => {
    server = await scriptedServer(WHOLE);
    const states: ConnectionState[] = [];
    const url = 'http://127.0.0.1:1/runs/run/events?token=secret';
    const reading = all(
      connectRun(url, { ...{ maxRetries: 2, retryDelay: 0 }, onState: state => states.push(state) }),
    );
    await expect(reading).rejects.toMatchObject({ code: 'CONNECTION_LOST', retryable: true });
    await expect(reading).rejects.toThrow(
      /^Gave up after 2 retries\. http:\/\/127\.0\.0\.1:1\/runs\/run\/events: .+\. Start the server/,
    );
    expect(states.map(({ status }) => status)).toEqual([
      ...['connecting', 'waiting', 'connecting', 'waiting', 'connecting', 'closed'],
    ]);
    expect(JSON.stringify(states)).not.toContain('secret');
  });
});

describe('options', () => {
  it.each([
    { maxRetries: -1 },
    { retryDelay: Infinity },
    { maxRetryDelay: NaN },
    { retryDelay: '5' as unknown as number },
  ])('%j are refused at the call', async options => {
    server = await scriptedServer(WHOLE);
    expect(thrownBy(() => connectRun('http://localhost/', options))).toBe('BAD_OPTION');
  });

  it('an address outside of a browser must be absolute', async () => {
    server = await scriptedServer(WHOLE);
    expect(thrownBy(() => connectRun('/runs/run/events'))).toBe('BAD_OPTION');
  });
});
