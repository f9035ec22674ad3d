import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join, normalize } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import type * as clientModule from '../../src/client/index.ts';
import { createEngine } from '../../src/engine/create-engine.ts';
import type { Engine } from '../../src/engine/engine.ts';
import { createNodeListener } from '../../src/http/create-node-listener.ts';
import { faultProxy, type FaultProxy } from '../support/fault-proxy.ts';
import { launchChrome } from '../support/launch-chrome.ts';
import { until } from '../support/settle.ts';

/** What the script below keeps in the page. */
interface Watching {
  client: typeof clientModule;
  seen: string[];
  states: string[];
  outcome: string | undefined;
  cursor: () => string;
  stop: AbortController;
}

const DIST = join(import.meta.dirname, '../../dist');
const PATIENCE = 60_000;

let browser: Browser;
let page: Page;
let engine: Engine;
let server: Server;
let proxy: FaultProxy;
/** Streams that are open at the server. */
let streams: number;

beforeAll(async () => {
  browser = await launchChrome();
}, PATIENCE);
afterAll(async () => {
  await browser?.close();
});

beforeEach(async () => {
  streams = 0;
  engine = createEngine({ grace: 0 });
  const answer = createNodeListener(engine, { retry: 0, heartbeat: 200 });
  server = createServer((request, response) => {
    const [path = ''] = request.url!.split('?');
    if (path.endsWith('/events')) {
      streams++;
      response.on('close', () => streams--);
    }
    if (!path.startsWith('/dist/')) return answer(request, response);
    response.writeHead(200, { 'content-type': 'text/javascript' });
    response.end(readFileSync(join(DIST, normalize(path.slice('/dist'.length)))));
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  proxy = await faultProxy((server.address() as AddressInfo).port);
  page = await browser.newPage();
  await page.goto(`${proxy.url}/healthz`);
  // As it is published, without a bundler: the client loads nothing but its own files.
  await page.evaluate("import('/dist/client.js').then(client => { window.client = client; })");
});
afterEach(async () => {
  await page.close();
  await proxy.close();
  await new Promise<void>(resolve => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
  await engine.close();
});

/** Follows the run in the page, noting what it is given. */
function follow(options: { readonly after?: string; readonly retryDelay?: number }): Promise<void> {
  return page.evaluate(given => {
    const watching = window as unknown as Watching;
    Object.assign(watching, { seen: [], states: [], outcome: undefined, stop: new AbortController() });
    const connection = watching.client.connectRun('/runs/run/events', {
      ...given,
      signal: watching.stop.signal,
      onState: ({ status }) => void watching.states.push(status),
    });
    watching.cursor = () => connection.cursor;
    connection.subscribe({
      next: item => watching.seen.push('seq' in item ? `${item.seq}` : item.notice),
      error: error => (watching.outcome = String(error)),
      complete: () => (watching.outcome = 'completed'),
    });
  }, options);
}

const seen = () => page.evaluate(() => (window as unknown as Watching).seen);
const outcome = () => page.evaluate(() => (window as unknown as Watching).outcome);
const has = (state: string) =>
  page.waitForFunction(wanted => (window as unknown as Watching).states.at(-1) === wanted, state);
const numbers = (to: number, from = 1) => Array.from({ length: to - from + 1 }, (_, at) => `${from + at}`);

async function written(count: number): Promise<void> {
  const writer = await engine.open({ id: 'run' });
  for (let at = 2; at < count; at++) writer.step(`s${at}`);
  await writer.complete();
}

describe('the client in a browser', () => {
  it(
    'gives a run over lost connections',
    async () => {
      await written(50);
      proxy.plan = connection =>
        connection % 3 === 2 ? undefined : { side: 'response', after: 2_000, how: 'cut' };
      await follow({ retryDelay: 0 });
      await page.waitForFunction(() => (window as unknown as Watching).outcome !== undefined);
      expect([await outcome(), await seen()]).toEqual(['completed', numbers(50)]);
    },
    PATIENCE,
  );

  it(
    'goes on behind a saved cursor after a reload',
    async () => {
      const writer = await engine.open({ id: 'run' });
      writer.step('one');
      await follow({});
      await page.waitForFunction(() => (window as unknown as Watching).seen.length === 2);
      const after = await page.evaluate(() => (window as unknown as Watching).cursor());
      await page.reload();
      await page.evaluate("import('/dist/client.js').then(client => { window.client = client; })");
      await follow({ after });
      await writer.complete();
      await page.waitForFunction(() => (window as unknown as Watching).outcome !== undefined);
      expect(await seen()).toEqual(['3']);
    },
    PATIENCE,
  );

  it.each(['online', 'focus', 'visibilitychange'])(
    'does not wait any longer when it hears of %s',
    async type => {
      const writer = await engine.open({ id: 'run' });
      const { port } = server.address() as AddressInfo;
      await follow({ retryDelay: 3_600_000 });
      await has('open');
      proxy.target = 1;
      proxy.cutAll();
      await has('waiting');
      proxy.target = port;
      await page.evaluate(name => {
        (name === 'visibilitychange' ? document : window).dispatchEvent(new Event(name));
      }, type);
      await has('open');
      await writer.complete();
      await page.waitForFunction(() => (window as unknown as Watching).outcome !== undefined);
      expect(await seen()).toEqual(['1', '2']);
    },
    PATIENCE,
  );

  it(
    'hangs up when it is told to stop',
    async () => {
      await engine.open({ id: 'run' });
      await follow({});
      await has('open');
      await page.evaluate(() => (window as unknown as Watching).stop.abort());
      await page.waitForFunction(() => (window as unknown as Watching).outcome === 'completed');
      await until(() => streams === 0);
    },
    PATIENCE,
  );

  it(
    'writes a run over lost connections, and hears that somebody stopped it',
    async () => {
      await engine.open({ id: 'run' });
      const first = proxy.connections;
      proxy.cutAll();
      proxy.plan = connection =>
        connection < first + 3 ? { side: 'response', after: 0, how: 'cut' } : undefined;
      await page.evaluate(async () => {
        const producer = (window as unknown as Watching).client.produceRun('/runs/run/events', {
          ...{ batch: { events: 10 }, retryDelay: 1, signOfLife: 100 },
        });
        for (let at = 0; at < 50; at++) void producer.emit({ type: 'step', data: { name: `s${at}` } });
        await producer.drained();
        Object.assign(window, { told: producer.signal });
      });
      expect(proxy.connections).toBeGreaterThan(first + 3);
      const { items } = await engine.events.search('run', { limit: 100 });
      const names = items.flatMap(item => ('type' in item && item.type === 'step' ? [item.data.name] : []));
      expect(names).toEqual(Array.from({ length: 50 }, (_, at) => `s${at}`));
      await engine.runs.cancel('run');
      await page.waitForFunction(() => (window as unknown as { told: AbortSignal }).told.aborted);
    },
    PATIENCE,
  );

  it(
    'asks the browser for nothing that nobody asks it for',
    async () => {
      const writer = await engine.open({ id: 'run' });
      for (let at = 0; at < 100; at++) {
        writer.token('x'.repeat(75_000), { messageId: `${at}` });
        await writer.drained();
      }
      await writer.complete();
      const counts = await page.evaluate(async () => {
        const { client } = window as unknown as Watching;
        const { prototype } = ReadableStreamDefaultReader;
        const { read } = prototype;
        let reads = 0;
        prototype.read = function (this: ReadableStreamDefaultReader) {
          reads++;
          return read.call(this);
        };
        const items = client.connectRun('/runs/run/events')[Symbol.asyncIterator]();
        await items.next();
        const before = reads;
        // Long enough for whatever came to be read: other answers have come and gone.
        for (let answers = 0; answers < 5; answers++) await (await fetch('/healthz')).text();
        const meanwhile = reads - before;
        let rest = 0;
        while (!(await items.next()).done) rest++;
        return { before, meanwhile, rest };
      });
      expect(counts).toEqual({ before: 1, meanwhile: 0, rest: 101 });
    },
    PATIENCE,
  );
});
