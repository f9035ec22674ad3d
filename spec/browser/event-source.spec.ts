import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { createEngine } from '../../src/engine/create-engine.ts';
import type { Engine } from '../../src/engine/engine.ts';
import { serveHttp, type HttpServer } from '../../src/http/serve-http.ts';
import { cutLine, type CutLine } from './cut-line.ts';
import { launchChrome } from '../support/launch-chrome.ts';
import { until } from '../support/settle.ts';

const GUIDE = join(import.meta.dirname, '../../docs/guides/sse.md');
const PATIENCE = 60_000;
/** What the guide tells people to write. */
const [, BLOCK] = /<!-- browser -->\s*```js\n([\s\S]*?)```/.exec(readFileSync(GUIDE, 'utf8'))!;

interface Watching {
  shown: { seq?: number; notice?: string }[];
  source: EventSource;
}

let browser: Browser;
let page: Page;
let engine: Engine;
let server: HttpServer;
let line: CutLine;

beforeAll(async () => {
  browser = await launchChrome();
}, PATIENCE);
afterAll(async () => {
  await browser?.close();
});
beforeEach(async () => {
  engine = createEngine({ grace: 0 });
  server = await serveHttp({ engine, port: 0, retry: 10, heartbeat: 100 });
  line = await cutLine(server.url);
  page = await browser.newPage();
  await page.goto(`${line.url}/healthz`);
});
afterEach(async () => {
  await page.close();
  await line.close();
  await server.close();
  await engine.close();
});

const follow = (code: string) =>
  page.evaluate(`(() => {
    window.shown = [];
    const runId = 'run';
    const show = item => void shown.push(item);
    ${code}
    window.source = source;
  })()`);
const shown = () => page.evaluate(() => (window as unknown as Watching).shown);
const shows = (count: number) =>
  page.waitForFunction(wanted => (window as unknown as Watching).shown.length >= wanted, count);
const closes = () => page.waitForFunction(() => (window as unknown as Watching).source.readyState === 2);

describe("a browser's own EventSource", () => {
  it(
    'reads a run over lost connections as the guide says',
    async () => {
      const writer = await engine.open({ id: 'run' });
      await follow(BLOCK!);
      writer.token('a');
      await shows(2);
      line.cut();
      writer.token('b');
      await shows(3);
      line.cut();
      await writer.fail(new Error('no luck'));
      await shows(4);
      expect((await shown()).map(({ seq }) => seq)).toEqual([1, 2, 3, 4]);
      await closes();
    },
    PATIENCE,
  );

  it(
    'says when there is no such run',
    async () => {
      await follow(BLOCK!);
      await shows(1);
      expect(await shown()).toEqual([{ notice: 'closed' }]);
    },
    PATIENCE,
  );

  it(
    'takes the error of a run for one of the connection if frames are typed',
    async () => {
      const writer = await engine.open({ id: 'run' });
      await writer.fail(new Error('no luck'));
      await follow(`const source = new EventSource('/runs/run/events');
        source.onmessage = () => show({ notice: 'message' });
        source.onerror = event => show('data' in event ? JSON.parse(event.data) : { notice: 'lost' });`);
      await shows(2);
      const [first] = await shown();
      expect(first).toMatchObject({ type: 'error', seq: 2, final: true });
      expect((await shown()).map(({ notice }) => notice)).not.toContain('message');
    },
    PATIENCE,
  );

  it(
    'asks once more behind the end, is told that nothing follows, and stops',
    async () => {
      const writer = await engine.open({ id: 'run' });
      await writer.complete();
      const statuses: number[] = [];
      page.on('response', response => statuses.push(response.status()));
      await follow(`const source = new EventSource('/runs/run/events');`);
      await closes();
      await until(() => statuses.length === 2);
      expect(statuses).toEqual([200, 204]);
    },
    PATIENCE,
  );
});
