import { afterAll, afterEach, beforeAll, expect } from '@jest/globals';
import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core';
import { dashboardPage } from '../../src/dashboard/dashboard-page.ts';
import type { Engine } from '../../src/engine/engine.ts';
import type { HandlerOptions } from '../../src/http/options.ts';
import { serveHttp, type HttpServer } from '../../src/http/serve-http.ts';
import { launchChrome } from '../support/launch-chrome.ts';
import { PATIENCE } from './served-page.ts';

/** What the browser itself logs of an answer 401 and of connections that end; no page can keep it from doing so. */
const EXPECTED =
  /status of 401|net::ERR_(CONNECTION_REFUSED|CONNECTION_RESET|EMPTY_RESPONSE|INCOMPLETE_CHUNKED_ENCODING)/;

/** The page before an engine of the spec's own. */
export interface PageLab {
  /** Serves the engine with the page; the address. */
  serve(engine: Engine, options?: HandlerOptions): Promise<string>;
  /** Stops the server that was begun last, not its engine. Returns what begins it again at the same address. */
  stop(): Promise<() => Promise<void>>;
  /** A new window of a new visitor. */
  open(url: string, options?: BrowserContextOptions): Promise<Page>;
  /** What consoles showed, but for what a browser says by itself. */
  expectQuiet(): void;
}

/** Serves the page of the built package for engines that a spec makes; all ends with each spec. */
export function pageLab(): PageLab {
  let browser: Browser;
  let logged: string[] = [];
  const contexts: BrowserContext[] = [];
  const servers: { server: HttpServer; readonly engine: Engine }[] = [];
  beforeAll(async () => {
    browser = await launchChrome();
  }, PATIENCE);
  afterAll(() => browser?.close());
  afterEach(async () => {
    logged = [];
    await Promise.all(contexts.splice(0).map(context => context.close()));
    for (const { server, engine } of servers.splice(0)) {
      await server.close();
      await engine.close();
    }
  }, PATIENCE);
  return {
    serve: async (engine, options) => {
      const server = await serveHttp({ engine, port: 0, page: dashboardPage(), ...options });
      servers.push({ server, engine });
      return server.url;
    },
    stop: async () => {
      const served = servers.at(-1)!;
      const { port } = served.server;
      await served.server.close();
      return async () => {
        served.server = await serveHttp({ engine: served.engine, port, page: dashboardPage() });
      };
    },
    open: async (url, options) => {
      const context = await browser.newContext(options);
      contexts.push(context);
      context.setDefaultTimeout(40_000);
      const page = await context.newPage();
      page.on('console', message => logged.push(message.text()));
      page.on('pageerror', error => logged.push(String(error)));
      await page.goto(url);
      return page;
    },
    expectQuiet: () => expect(logged.filter(text => !EXPECTED.test(text))).toEqual([]),
  };
}
