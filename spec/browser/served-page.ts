import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect } from '@jest/globals';
import type { Browser, BrowserContext, Locator, Page } from 'playwright-core';
import { runProcess, type CommandProcess } from '../cli/command-process.ts';
import { launchChrome } from '../support/launch-chrome.ts';

const COMMAND = join(import.meta.dirname, '../../dist/cli.js');
/** For one spec, on a machine that has much else to do. */
export const PATIENCE = 90_000;
/** What the browser itself logs of connections that are cut or refused; no page can keep it from doing so. */
const LOST = /net::ERR_(CONNECTION_REFUSED|CONNECTION_RESET|EMPTY_RESPONSE|INCOMPLETE_CHUNKED_ENCODING)/;

/** A server with its page, made anew for each spec. */
export interface ServedPage {
  readonly page: Page;
  readonly url: string;
  readonly server: CommandProcess;
  /** Starts the server again on the same port. */
  restart(): Promise<void>;
  /** Starts an agent by the form; the page goes to its run. */
  startByForm(agent: string, input?: unknown): Promise<void>;
  /** Sends JSON to the server, past the page. */
  post(path: string, body: unknown): Promise<unknown>;
  /** Fails if the console showed anything but connections that were lost. */
  expectQuiet(): void;
  /** Waits for this state of the run that is shown. */
  has(status: string): Promise<void>;
  readonly output: Locator;
  /** The rows of the log that are on the page. */
  readonly rows: Locator;
}

/** Serves the page of the built package, with `agents`, the text of a module, besides those of the demo. */
export function servedPage(agents: string): ServedPage {
  let folder: string;
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  let server: CommandProcess;
  let url: string;
  let logged: string[];

  const serve = async (port: string): Promise<void> => {
    const options = ['--demo', '--agents', 'agents.mjs', '--survey', '.', '--port', port];
    server = runProcess(COMMAND, ['serve', ...options], { cwd: folder });
    [, url = ''] = await server.says(/Open {2}(http:\S+)/);
  };

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'sluice-page-'));
    writeFileSync(join(folder, 'agents.mjs'), agents);
    browser = await launchChrome();
  }, PATIENCE);
  afterAll(async () => {
    await browser?.close();
    rmSync(folder, { recursive: true, force: true });
  });
  beforeEach(async () => {
    await serve('0');
    context = await browser.newContext();
    context.setDefaultTimeout(40_000);
    page = await context.newPage();
    logged = [];
    page.on('console', message => logged.push(message.text()));
    page.on('pageerror', error => logged.push(String(error)));
  }, PATIENCE);
  afterEach(async () => {
    await context.close();
    server.kill('SIGKILL');
    await server.ended;
  }, PATIENCE);

  return {
    get page() {
      return page;
    },
    get url() {
      return url;
    },
    get server() {
      return server;
    },
    get output() {
      return page.getByRole('region', { name: 'Output', exact: true });
    },
    get rows() {
      return page.locator('.event:visible');
    },
    restart: () => serve(new URL(url).port),
    startByForm: async (agent, input) => {
      await page.getByRole('form', { name: 'Start a run' }).getByLabel('Agent').selectOption(agent);
      if (input !== undefined) {
        await page.getByText('Input', { exact: true }).click();
        const asJson = page.getByRole('button', { name: 'Edit as JSON' });
        if (await asJson.isVisible()) await asJson.click();
        await page.getByLabel('Input as JSON').fill(JSON.stringify(input));
      }
      await page.getByRole('button', { name: 'Start', exact: true }).click();
      await page.getByRole('heading', { level: 1, name: agent, exact: true }).waitFor();
    },
    post: async (path, body) => {
      const headers = { 'content-type': 'application/json' };
      const answer = await fetch(url + path, { method: 'POST', headers, body: JSON.stringify(body) });
      expect(answer.status).toBeLessThan(300);
      return (await answer.json()) as unknown;
    },
    expectQuiet: () => expect(logged.filter(text => !LOST.test(text))).toEqual([]),
    has: status => page.locator(`.run .badge:text-is("${status}")`).waitFor(),
  };
}
