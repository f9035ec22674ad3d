import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect } from '@jest/globals';
import { build } from 'esbuild';
import type { Browser, Page } from 'playwright-core';
import { createEngine } from '../../src/engine/create-engine.ts';
import type { Engine } from '../../src/engine/engine.ts';
import { createNodeListener } from '../../src/http/create-node-listener.ts';
import { faultProxy, type FaultProxy } from '../support/fault-proxy.ts';
import { launchChrome } from '../support/launch-chrome.ts';
import type { Lab, Seen, Shown } from './react-page.ts';

export const PATIENCE = 90_000;
/** What the browser itself logs of requests that fail; no page can keep it from doing so. */
const REFUSED = /net::ERR_|Failed to load resource/;

/** A page with the hooks, a server of its own, and the line between them. */
export interface ReactLab {
  readonly page: Page;
  readonly engine: Engine;
  readonly proxy: FaultProxy;
  /** Paths and queries of the requests for runs, in order. */
  readonly requests: readonly string[];
  /** Headers `authorization` of those. */
  readonly credentials: readonly (string | undefined)[];
  /** Streams of events and lists that are open at the server. */
  readonly streams: number;
  /** Leads new connections to a server without runs, or back. */
  swapServer(): Promise<void>;
  goTo(html?: string): Promise<void>;
  show(shown: Shown): Promise<void>;
  /** What the first component was given last. */
  seen(): Promise<Seen>;
  history(): Promise<readonly Seen[]>;
  /** Waits until the first component was given this. */
  sees(wanted: Partial<Seen>): Promise<void>;
  /** Lets the console show this too. */
  allow(text: RegExp): void;
  /** Paths of requests that end so. */
  asked(ending: string): readonly string[];
}

const BUNDLES = new Map<string, Promise<string>>();

/** As an application bundles it, with the warnings of React; `react` is the major version. */
function bundled(react: string): Promise<string> {
  const known = BUNDLES.get(react) ?? bundle(react);
  BUNDLES.set(react, known);
  return known;
}

async function bundle(react: string): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [join(import.meta.dirname, 'react-page.ts')],
    bundle: true,
    format: 'iife',
    target: 'es2022',
    write: false,
    define: { 'process.env.NODE_ENV': '"development"' },
    alias: react === '18' ? { react: 'react-18', 'react-dom': 'react-dom-18' } : {},
    logLevel: 'error',
  });
  return outputFiles[0]!.text;
}

/** A new page and server for each spec. A warning of React in the console fails it. */
export function reactLab(react = '19'): ReactLab {
  let browser: Browser;
  let page: Page;
  let engines: Engine[];
  let server: Server;
  let proxy: FaultProxy;
  let requests: string[];
  let credentials: (string | undefined)[];
  let logged: string[];
  let allowed: RegExp[];
  let streams: number;
  let html: string;
  let script: string;

  const serve = async (): Promise<number> => {
    const engine = createEngine({ grace: 0 });
    engines.push(engine);
    const answer = createNodeListener(engine, { retry: 0, heartbeat: 200 });
    server = createServer((request, response) => {
      const { url = '', headers } = request;
      if (!url.startsWith('/runs')) {
        response.writeHead(200, { 'content-type': url.endsWith('.js') ? 'text/javascript' : 'text/html' });
        return response.end(url.endsWith('.js') ? script : html);
      }
      requests.push(`${request.method} ${url}`);
      credentials.push(headers.authorization);
      if (headers.accept === 'text/event-stream') {
        streams++;
        response.on('close', () => streams--);
      }
      return answer(request, response);
    });
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
    servers.push(server);
    return (server.address() as AddressInfo).port;
  };
  let servers: Server[];

  beforeAll(async () => {
    [browser, script] = await Promise.all([launchChrome(), bundled(react)]);
  }, PATIENCE);
  afterAll(() => browser?.close());
  beforeEach(async () => {
    [engines, servers, requests, credentials, logged, streams] = [[], [], [], [], [], 0];
    allowed = [REFUSED];
    proxy = await faultProxy(await serve());
    page = await browser.newPage();
    page.setDefaultTimeout(40_000);
    page.on('console', message => {
      if (['error', 'warning'].includes(message.type())) logged.push(message.text());
    });
    page.on('pageerror', error => logged.push(String(error)));
    await lab.goTo();
  }, PATIENCE);
  afterEach(async () => {
    await page.close();
    await proxy.close();
    for (const open of servers) {
      await new Promise<void>(resolve => {
        open.close(() => resolve());
        open.closeAllConnections();
      });
    }
    await Promise.all(engines.map(engine => engine.close()));
    expect(logged.filter(text => !allowed.some(pattern => pattern.test(text)))).toEqual([]);
  }, PATIENCE);

  const lab: ReactLab = {
    get page() {
      return page;
    },
    get engine() {
      return engines.at(-1)!;
    },
    get proxy() {
      return proxy;
    },
    get requests() {
      return requests;
    },
    get credentials() {
      return credentials;
    },
    get streams() {
      return streams;
    },
    swapServer: async () => {
      proxy.target = await serve();
      proxy.cutAll();
    },
    goTo: async (body = '') => {
      html = `<!doctype html><title>lab</title><div id="root">${body}</div><script src="/page.js"></script>`;
      await page.goto(`${proxy.url}/`);
    },
    show: shown =>
      page.evaluate(what => (window as unknown as { lab: Lab }).lab.show(what), JSON.stringify(shown)),
    seen: () => page.evaluate(() => (window as unknown as { lab: Lab }).lab.seen),
    history: () => page.evaluate(() => (window as unknown as { lab: Lab }).lab.history),
    sees: async wanted => {
      const fits = (what: Partial<Seen>): boolean => {
        const { seen } = (window as unknown as { lab: Lab }).lab;
        return (
          seen !== undefined &&
          Object.entries(what).every(
            ([name, value]) => JSON.stringify(seen[name as keyof Seen]) === JSON.stringify(value),
          )
        );
      };
      await page.waitForFunction(fits, wanted).catch(async () => {
        expect(await lab.seen()).toMatchObject(wanted);
      });
    },
    allow: text => void allowed.push(text),
    asked: ending => requests.filter(request => request.split('?')[0]!.endsWith(ending)),
  };
  return lab;
}
