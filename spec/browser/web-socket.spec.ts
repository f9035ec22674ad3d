import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { build } from 'esbuild';
import type { Browser, Page } from 'playwright-core';
import type * as SocketClient from '../../src/client/socket/index.ts';
import { createEngine } from '../../src/engine/create-engine.ts';
import type { Engine } from '../../src/engine/engine.ts';
import { serveHttp, type HttpServer } from '../../src/http/serve-http.ts';
import { faultProxy, type FaultProxy } from '../support/fault-proxy.ts';
import { launchChrome } from '../support/launch-chrome.ts';
import { PATIENCE } from './served-page.ts';

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '../..');

interface Loaded {
  readonly client: typeof SocketClient;
  readonly seqs: Readonly<Record<string, number[]>>;
}

describe('a WebSocket of Chromium', () => {
  let engine: Engine;
  let server: HttpServer;
  let proxy: FaultProxy;
  let browser: Browser;
  let page: Page;
  beforeAll(async () => {
    const { outputFiles } = await build({
      ...{ entryPoints: [join(ROOT, 'src/client/socket/index.ts')], bundle: true, write: false },
      ...{ format: 'iife', globalName: 'client', target: 'es2022' },
    });
    engine = createEngine();
    server = await serveHttp({ engine, port: 0, retry: 0, page: '<title>Sockets</title>' });
    proxy = await faultProxy(server.port);
    browser = await launchChrome();
    page = await browser.newPage();
    await page.goto(`${proxy.url}/`);
    await page.evaluate(outputFiles[0]!.text.replace('var client', 'window.client'));
  }, PATIENCE);
  afterAll(async () => {
    await browser?.close();
    await proxy.close();
    await server.close();
    await engine.close();
  }, PATIENCE);

  it(
    'reads runs over lost connections, each event once and in order',
    async () => {
      const writers = await Promise.all(['a', 'b', 'c'].map(id => engine.open({ id })));
      await page.evaluate(() => {
        const { client } = window as unknown as Loaded;
        const socket = client.connectSocket('/ws', { retryDelay: 0 });
        const seqs: Record<string, number[]> = { a: [], b: [], c: [] };
        const done = ['a', 'b', 'c'].map(async id => {
          for await (const item of socket.events(id)) if ('seq' in item) seqs[id]!.push(item.seq);
        });
        Object.assign(window, { seqs, done: Promise.all(done) });
      });
      for (let at = 0; at < 300; at++) {
        for (const writer of writers) writer.step(`s${at}`);
        if (at % 50 === 49) {
          const seen = at;
          await page.waitForFunction(
            least => (window as unknown as Loaded).seqs.a!.length > least - 40,
            seen,
          );
          proxy.cutAll();
        }
      }
      for (const writer of writers) await writer.complete();
      const seqs = await page.evaluate(async () => {
        await (window as unknown as { readonly done: Promise<unknown> }).done;
        return (window as unknown as Loaded).seqs;
      });
      const whole = Array.from({ length: 302 }, (_, at) => at + 1);
      expect(seqs).toEqual({ a: whole, b: whole, c: whole });
    },
    PATIENCE,
  );

  it(
    'is refused to a page of another site',
    async () => {
      const other = await browser.newPage();
      // A page of nobody: its origin is "null".
      await other.goto('about:blank');
      const outcome = await other.evaluate(
        url =>
          new Promise<string>(resolve => {
            const socket = new WebSocket(url, 'sluice.v1');
            socket.onopen = () => resolve('open');
            socket.onclose = ({ code }) => resolve(`closed ${code}`);
          }),
        `${server.url.replace('http', 'ws')}/ws`,
      );
      expect(outcome).toBe('closed 1006');
      await other.close();
    },
    PATIENCE,
  );
});
