import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { runProcess, type CommandProcess } from '../cli/command-process.ts';
import { cutLine } from './cut-line.ts';
import { launchChrome } from '../support/launch-chrome.ts';

const COMMAND = join(import.meta.dirname, '../../dist/cli.js');
const PATIENCE = 60_000;
/** What the browser itself logs of connections that are cut or refused; no page can keep it from doing so. */
const LOST = /net::ERR_(CONNECTION_REFUSED|CONNECTION_RESET|EMPTY_RESPONSE|INCOMPLETE_CHUNKED_ENCODING)/;
const AGENTS = `
export const asks = { name: 'asks', run: async ctx => {
  const sure = await ctx.ask('Are you sure?');
  ctx.token('You said ' + sure);
} };
export const waits = { name: 'waits', run: ctx => new Promise((_, stop) => {
  ctx.token('Waiting');
  ctx.signal.addEventListener('abort', () => stop(ctx.signal.reason));
}) };
export const floods = { name: 'floods', run: async ctx => {
  for (let line = 1; line <= 100; line++) {
    for (let word = 1; word <= 110; word++) ctx.token(word + ' ', { messageId: String(word) });
    ctx.token('\\n');
    await ctx.drained();
  }
} };
export const fails = { name: 'fails', run: async () => { throw new Error('no <b>luck</b>'); } };
`;

let folder: string;
let browser: Browser;
let context: BrowserContext;
let page: Page;
let server: CommandProcess;
let url: string;
/** What the console of the page showed. */
let logged: string[];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sluice-page-'));
  writeFileSync(join(folder, 'agents.mjs'), AGENTS);
  browser = await launchChrome();
}, PATIENCE);
afterAll(async () => {
  await browser?.close();
  rmSync(folder, { recursive: true, force: true });
});

beforeEach(async () => {
  ({ server, url } = await serve('0'));
  context = await browser.newContext();
  context.setDefaultTimeout(20_000);
  page = await context.newPage();
  logged = [];
  page.on('console', message => logged.push(message.text()));
  page.on('pageerror', error => logged.push(String(error)));
});
afterEach(async () => {
  await context.close();
  server.kill('SIGKILL');
  await server.ended;
});

async function serve(port: string): Promise<{ server: CommandProcess; url: string }> {
  const started = runProcess(
    COMMAND,
    ['serve', '--demo', '--agents', 'agents.mjs', '--survey', '.', '--port', port],
    {
      cwd: folder,
    },
  );
  const [, where] = await started.says(/Open {2}(http:\S+)/);
  return { server: started, url: where! };
}

/** Starts an agent by the form; the page goes to its run. */
async function startByForm(agent: string, input?: unknown): Promise<void> {
  await page.getByLabel('Agent').selectOption(agent);
  if (input !== undefined) {
    await page.getByText('Input', { exact: true }).click();
    await page.getByLabel('Input as JSON').fill(JSON.stringify(input));
  }
  await page.getByRole('button', { name: 'Start' }).click();
  await page.getByRole('heading', { level: 1, name: agent, exact: true }).waitFor();
}

const output = () => page.getByRole('region', { name: 'Output' });
const rows = () => page.locator('.event');
const has = (text: string) => page.locator(`.run .badge:text-is("${text}")`).waitFor();

describe('the page', () => {
  it(
    'shows the run that has just started, as it happens',
    async () => {
      await page.goto(url);
      await page.getByRole('heading', { level: 1, name: 'survey' }).waitFor();
      await has('running');
      await page.locator('.activities li', { hasText: 'list-folder' }).waitFor();
      const bar = page.getByRole('progressbar');
      await bar.waitFor();
      await output().getByText('Survey of').waitFor();
      await has('completed');
      expect(await bar.getAttribute('aria-valuenow')).toBe('100');
      expect(await page.locator('.outcome').textContent()).toContain('"files": 1');
      const seqs = await rows().locator('.seq').allTextContents();
      expect(seqs).toEqual(seqs.map((_, index) => String(index + Number(seqs[0]))));
      expect(await rows().last().locator('.type').textContent()).toBe('complete');
      expect(logged).toEqual([]);
    },
    PATIENCE,
  );

  it(
    'starts agents by its form, and lists their runs',
    async () => {
      await page.goto(url);
      await startByForm('echo', { text: 'One two three', delayMs: 0 });
      await output().getByText('One two three').waitFor();
      await has('completed');
      await page.locator('#runs [aria-current]', { hasText: 'echo' }).waitFor();
      await startByForm('fails');
      await has('failed');
      expect(await page.locator('.outcome').textContent()).toBe('FailedAGENT_ERROR no <b>luck</b>');
      expect(await page.locator('#runs li').count()).toBe(3);
      expect(logged).toEqual([]);
    },
    PATIENCE,
  );

  it(
    'says what is wrong with an input before it is sent',
    async () => {
      await page.goto(url);
      await page.getByLabel('Agent').selectOption('echo');
      await page.getByText('Input', { exact: true }).click();
      await page.getByLabel('Input as JSON').fill('{"text": ');
      await page.getByRole('button', { name: 'Start' }).click();
      await page.getByRole('alert').filter({ hasText: 'The input is not JSON' }).waitFor();
      expect(logged).toEqual([]);
    },
    PATIENCE,
  );

  it(
    'opens an event to its envelope, by keyboard too',
    async () => {
      await page.goto(url);
      await startByForm('echo', { text: 'a', delayMs: 0 });
      await has('completed');
      await rows().nth(1).locator('summary').focus();
      await page.keyboard.press('Enter');
      const envelope = JSON.parse((await rows().nth(1).locator('pre').textContent())!) as object;
      expect(envelope).toMatchObject({ seq: 2, type: 'token', data: { content: 'a' } });
    },
    PATIENCE,
  );

  it(
    'goes on after a reload in the middle',
    async () => {
      await page.goto(url);
      const words = Array.from({ length: 60 }, (_, index) => `w${index}`).join(' ');
      await startByForm('echo', { text: words, delayMs: 50 });
      await output().getByText('w5').waitFor();
      await page.reload();
      await page.getByRole('heading', { level: 1, name: 'echo' }).waitFor();
      await has('completed');
      expect(await output().textContent()).toBe(words);
      expect(await rows().locator('.seq').allTextContents()).toEqual(
        Array.from({ length: 62 }, (_, index) => String(index + 1)),
      );
      expect(logged).toEqual([]);
    },
    PATIENCE,
  );

  it(
    'cancels a run',
    async () => {
      await page.goto(url);
      await startByForm('waits');
      await output().getByText('Waiting').waitFor();
      await page.getByRole('button', { name: 'Cancel run' }).click();
      await has('cancelled');
      await page.locator('.outcome', { hasText: 'cancelled on the page' }).waitFor();
      expect(await page.getByRole('button', { name: /Cancel/ }).isVisible()).toBe(false);
      expect(logged).toEqual([]);
    },
    PATIENCE,
  );

  it(
    'asks what a run asks',
    async () => {
      await page.goto(url);
      await startByForm('asks');
      await has('waits for you');
      await page.getByLabel('Are you sure?').fill('quite');
      await page.getByRole('button', { name: 'Answer' }).click();
      await output().getByText('You said quite').waitFor();
      await has('completed');
      expect(await page.locator('.ask').count()).toBe(0);
      expect(logged).toEqual([]);
    },
    PATIENCE,
  );

  it(
    'holds the last rows of many events, and counts the others',
    async () => {
      await page.goto(url);
      await startByForm('floods');
      await has('completed');
      await page.locator('.log .earlier', { hasText: /1\d,\d{3} earlier events/ }).waitFor();
      expect(await rows().count()).toBe(300);
      const count = await page.locator('.facts', { hasText: 'events' }).textContent();
      const last = await rows().last().locator('.seq').textContent();
      expect(count).toContain(`${Number(last).toLocaleString('en')} events`);
      expect(logged).toEqual([]);
    },
    PATIENCE,
  );

  it(
    'comes back when the server does, and says which run is gone',
    async () => {
      await page.goto(url);
      await startByForm('waits');
      await output().getByText('Waiting').waitFor();
      server.kill('SIGKILL');
      await server.ended;
      await page.locator('#connection', { hasText: 'reconnecting' }).waitFor();
      ({ server } = await serve(new URL(url).port));
      await page.locator('#connection', { hasText: /^live$/ }).waitFor();
      await page.locator('.gone', { hasText: 'This run is gone' }).waitFor();
      await has('gone');
      expect(await output().textContent()).toBe('Waiting');
      expect(await page.locator('#runs li').allTextContents()).toEqual([expect.stringContaining('survey')]);
      expect(logged.filter(text => !LOST.test(text))).toEqual([]);
      await startByForm('echo', { text: 'Again', delayMs: 0 });
      await has('completed');
    },
    PATIENCE,
  );

  it(
    'keeps its place when only the connections are cut',
    async () => {
      const line = await cutLine(url);
      try {
        const connections: string[] = [];
        page.on('request', request => {
          if (request.url().endsWith('/events'))
            connections.push(request.headers()['last-event-id'] ?? 'start');
        });
        await page.goto(line.url);
        const words = Array.from({ length: 40 }, (_, index) => `w${index}`).join(' ');
        await startByForm('echo', { text: words, delayMs: 50 });
        await output().getByText('w3').waitFor();
        const before = connections.length;
        line.cut();
        await has('completed');
        expect(await output().textContent()).toBe(words);
        expect(await rows().locator('.seq').allTextContents()).toEqual(
          Array.from({ length: 42 }, (_, index) => String(index + 1)),
        );
        expect(connections.slice(before)).toEqual([expect.stringMatching(/^[a-z0-9]+\.\d+\.0$/)]);
        await page.locator('#connection', { hasText: /^live$/ }).waitFor();
        expect(logged.filter(text => !LOST.test(text))).toEqual([]);
      } finally {
        await line.close();
      }
    },
    PATIENCE,
  );

  it('asks nobody else for anything', async () => {
    const asked: string[] = [];
    page.on('request', request => asked.push(new URL(request.url()).origin));
    await page.goto(url);
    await page.locator('#runs li').first().waitFor();
    expect(new Set(asked.filter(origin => origin !== 'null'))).toEqual(new Set([new URL(url).origin]));
    const answer = await page.request.get(url);
    expect(await answer.text()).not.toMatch(/\b(?:src|href)="(?!data:|#)/);
  });
});
