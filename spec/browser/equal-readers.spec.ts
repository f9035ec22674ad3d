import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { createEngine } from '../../src/engine/create-engine.ts';
import type { Engine } from '../../src/engine/engine.ts';
import { serveHttp, type HttpServer } from '../../src/http/serve-http.ts';
import { launchChrome } from '../support/launch-chrome.ts';
import { nginxServer } from '../support/nginx-server.ts';
import { freePort } from '../support/redis-server.ts';
import { selfSigned } from '../support/self-signed.ts';
import { untilAsked } from '../support/settle.ts';
import { cutLine, type CutLine } from './cut-line.ts';
import {
  browserWatcher,
  clientWatcher,
  curlWatcher,
  packagedWatcher,
  parsedWatcher,
  type Watcher,
} from './equal-readers.ts';

type RunWriter = Awaited<ReturnType<Engine['open']>>;

const PATIENCE = 120_000;
const TEXTS = ['täglich 🚀', 'two\nlines', 'id: no\n\ndata: no', '\u2028', ''];

let browser: Browser;
let page: Page;
let engine: Engine;
let server: HttpServer;
const closed: (() => Promise<void>)[] = [];

beforeAll(async () => {
  browser = await launchChrome();
}, PATIENCE);
afterAll(() => browser?.close());
beforeEach(async () => {
  engine = createEngine({ grace: 0 });
  server = await serveHttp({ engine, port: 0, retry: 10, heartbeat: 100 });
  page = await browser.newPage();
});
afterEach(async () => {
  await page.close();
  for (const close of closed.splice(0).reverse()) await close();
  await server.close();
  await engine.close();
});

async function lineTo(url: string): Promise<CutLine> {
  const line = await cutLine(url);
  closed.push(() => line.close());
  return line;
}

/** All of them read one run whose connections are cut in the middle. */
async function readsOver(
  run: RunWriter,
  lines: readonly CutLine[],
  watchers: Readonly<Record<string, Watcher>>,
): Promise<void> {
  const write = (): Promise<unknown> =>
    run.append(
      TEXTS.map(content => ({ type: 'token', data: { content } })),
      { flush: true },
    );
  try {
    await write();
    const all = Object.values(watchers);
    await untilAsked(async () => {
      const counts = await Promise.all(all.map(async ({ seen }) => (await seen()).length));
      return counts.every(count => count >= 3);
    }, 'everybody to have read something');
    for (const line of lines) line.cut();
    await write();
    await run.append([{ type: 'complete', data: { output: { ok: true } } }]);
    await Promise.all(all.map(({ done }) => done));
    const { items } = await engine.events.search('run', { limit: 1_000 });
    const stored = JSON.parse(JSON.stringify(items)) as unknown[];
    expect(stored).toHaveLength(2 + 2 * TEXTS.length);
    for (const [name, { seen }] of Object.entries(watchers))
      expect([name, await seen()]).toEqual([name, stored]);
  } finally {
    for (const { leave } of Object.values(watchers)) leave();
  }
}

describe('readers of every kind get the same events in the same order, over a cut', () => {
  const everybody = async (url: string): Promise<Record<string, Watcher>> => ({
    'EventSource of Chromium': await browserWatcher(page, url),
    'package eventsource': packagedWatcher(url),
    'package eventsource-parser': parsedWatcher(url),
    curl: curlWatcher(url),
    'sluice/client': clientWatcher(url),
  });

  it(
    'from the server itself',
    async () => {
      const run = await engine.open({ id: 'run' });
      const line = await lineTo(server.url);
      await readsOver(run, [line], await everybody(`${line.url}/runs/run/events`));
    },
    PATIENCE,
  );

  it(
    'through nginx that compresses, and over HTTP/2',
    async () => {
      const run = await engine.open({ id: 'run' });
      const { port } = new URL(server.url);
      const http2 = await freePort();
      const nginx = await nginxServer(
        [Number(port), Number(port)],
        [
          ['gzip off;', 'gzip on; gzip_min_length 0; gzip_types application/json text/plain;'],
          ['client_max_body_size 0;', `client_max_body_size 0; listen 127.0.0.1:${http2} http2;`],
        ],
      );
      closed.push(() => nginx.close());
      const zipped = await fetch(`${nginx.url}/healthz`, { headers: { 'accept-encoding': 'gzip' } });
      expect(zipped.headers.get('content-encoding')).toBe('gzip');
      const line = await lineTo(nginx.url);
      const line2 = await lineTo(`http://127.0.0.1:${http2}`);
      await readsOver(run, [line, line2], {
        ...(await everybody(`${line.url}/runs/run/events`)),
        'curl that takes gzip': curlWatcher(`${line.url}/runs/run/events`, '--compressed'),
        'curl over HTTP/2': curlWatcher(`${line2.url}/runs/run/events`, '--http2-prior-knowledge'),
      });
    },
    PATIENCE,
  );

  it(
    'through nginx with TLS, over HTTP/2, that compresses',
    async () => {
      const run = await engine.open({ id: 'run' });
      const { port } = new URL(server.url);
      const [tls, { certificate, key, remove }] = [await freePort(), selfSigned()];
      closed.push(() => Promise.resolve(remove()));
      const nginx = await nginxServer(
        [Number(port), Number(port)],
        [
          ['gzip off;', 'gzip on; gzip_min_length 0; gzip_types application/json text/plain;'],
          [
            'client_max_body_size 0;',
            `client_max_body_size 0; listen 127.0.0.1:${tls} ssl http2; ` +
              `ssl_certificate ${certificate}; ssl_certificate_key ${key};`,
          ],
        ],
      );
      closed.push(() => nginx.close());
      const context = await browser.newContext({ ignoreHTTPSErrors: true });
      closed.push(() => context.close());
      const visitor = await context.newPage();
      const line = await lineTo(`http://127.0.0.1:${tls}`);
      const url = `${line.url.replace('http:', 'https:')}/runs/run/events`;
      const encodings: string[] = [];
      visitor.on('response', response => encodings.push(response.headers()['content-encoding'] ?? 'none'));
      const watchers = {
        'EventSource of Chromium': await browserWatcher(visitor, url),
        'curl that takes gzip': curlWatcher(url, '-k', '--http2', '--compressed'),
        'sluice/client, past nginx': clientWatcher(`${server.url}/runs/run/events`),
      };
      // The page itself came compressed; a stream never does, so that nothing of it waits for more.
      await readsOver(run, [line], watchers);
      const protocols = await visitor.evaluate(
        `performance.getEntries().map(({ nextHopProtocol }) => nextHopProtocol).filter(name => name)`,
      );
      expect(new Set(protocols as string[])).toEqual(new Set(['h2']));
      expect(encodings[0]).toBe('gzip');
      expect(new Set(encodings.slice(1))).toEqual(new Set(['none']));
    },
    PATIENCE,
  );
});
