import { describe, expect, it } from '@jest/globals';
import { cutLine } from './cut-line.ts';
import { PATIENCE, servedPage } from './served-page.ts';
import { until } from '../support/settle.ts';

const served = servedPage(`
export const waits = { name: 'waits', run: ctx => new Promise((_, stop) => {
  ctx.token('Waiting');
  ctx.signal.addEventListener('abort', () => stop(ctx.signal.reason));
}) };
export const fails = { name: 'fails', run: async () => { throw new Error('no <b>luck</b>'); } };
`);
const { has, startByForm, expectQuiet } = served;

const words = (count: number) => Array.from({ length: count }, (_, index) => `w${index}`).join(' ');
const counts = (text: string) => served.page.locator('.facts').getByText(text, { exact: true }).waitFor();

describe('the page', () => {
  it(
    'shows the run that has just started, as it happens',
    async () => {
      const { page, output, rows } = served;
      await page.goto(served.url);
      await page.getByRole('heading', { level: 1, name: 'survey' }).waitFor();
      await has('running');
      await page.locator('.timeline li', { hasText: 'list-folder' }).waitFor();
      const bar = page.getByRole('progressbar');
      await bar.waitFor();
      await output.getByText('Survey of').waitFor();
      await has('completed');
      expect(await bar.getAttribute('aria-valuenow')).toBe('100');
      expect(await page.locator('.outcome').textContent()).toContain('"files": 1');
      await page.locator('.artifacts', { hasText: 'survey.md' }).waitFor();
      const seqs = (await rows.locator('.seq').allTextContents()).map(Number);
      expect(seqs).toEqual(seqs.map((_, index) => index + seqs[0]!));
      expect(await rows.last().locator('.type').textContent()).toBe('complete');
      expectQuiet();
    },
    PATIENCE,
  );

  it(
    'starts agents by its form, lists their runs, and finds them',
    async () => {
      const { page, output } = served;
      await page.goto(served.url);
      await startByForm('echo', { text: 'One two three', delayMs: 0 });
      await output.getByText('One two three').waitFor();
      await has('completed');
      await page.locator('#runs [aria-current]', { hasText: 'echo' }).waitFor();
      await startByForm('fails');
      await has('failed');
      expect(await page.locator('.outcome').textContent()).toBe('FailedAGENT_ERROR no <b>luck</b>');
      expect(await page.locator('#runs li').count()).toBe(3);
      await served.post('/runs', { id: 'mine', labels: { name: 'my own', host: 'laptop' } });
      await page.locator('#runs li', { hasText: 'my own' }).getByText('host=laptop').waitFor();
      await page.getByLabel('Find runs').fill('failed');
      await page.locator('#run-count', { hasText: '1 of 4 runs' }).waitFor();
      expect(await page.locator('#runs li').allTextContents()).toEqual([expect.stringContaining('fails')]);
      expectQuiet();
    },
    PATIENCE,
  );

  it(
    'says what is wrong with an input before it is sent',
    async () => {
      const { page } = served;
      await page.goto(served.url);
      await page.locator('#agent').selectOption('echo');
      await page.getByText('Input', { exact: true }).click();
      await page.getByRole('button', { name: 'Edit as JSON' }).click();
      await page.getByLabel('Input as JSON').fill('{"text": ');
      await page.getByRole('button', { name: 'Start', exact: true }).click();
      await page.getByRole('alert').filter({ hasText: 'The input is not JSON' }).waitFor();
      expectQuiet();
    },
    PATIENCE,
  );

  it(
    'goes on after a reload in the middle',
    async () => {
      const { page, output } = served;
      await page.goto(served.url);
      await startByForm('echo', { text: words(60), delayMs: 50 });
      await output.getByText('w5').waitFor();
      await page.reload();
      await page.getByRole('heading', { level: 1, name: 'echo' }).waitFor();
      await has('completed');
      expect(await output.textContent()).toBe(words(60));
      await counts('62 events');
      expectQuiet();
    },
    PATIENCE,
  );

  it(
    'cancels a run',
    async () => {
      const { page, output } = served;
      await page.goto(served.url);
      await startByForm('waits');
      await output.getByText('Waiting').waitFor();
      const cancel = page.getByRole('button', { name: 'Cancel run' });
      await cancel.click();
      const dialog = page.getByRole('dialog', { name: 'Cancel this run?' });
      await dialog.getByRole('button', { name: 'Let it go on' }).click();
      await dialog.waitFor({ state: 'hidden' });
      await cancel.click();
      await dialog.getByLabel('Reason').fill('too slow');
      await dialog.getByRole('button', { name: 'Cancel the run' }).click();
      await has('cancelled');
      await page.locator('.outcome', { hasText: 'too slow' }).waitFor();
      expect(await page.getByRole('button', { name: /Cancel/ }).isVisible()).toBe(false);
      expectQuiet();
    },
    PATIENCE,
  );

  it(
    'comes back when the server does, and says which run is gone',
    async () => {
      const { page, output } = served;
      await page.goto(served.url);
      await startByForm('waits');
      await output.getByText('Waiting').waitFor();
      served.server.kill('SIGKILL');
      await served.server.ended;
      await page.locator('#connection', { hasText: 'reconnecting' }).waitFor();
      await served.restart();
      await page.locator('#connection', { hasText: /^live$/ }).waitFor();
      await page.locator('.gone', { hasText: 'This run is gone' }).waitFor();
      await has('gone');
      expect(await output.textContent()).toBe('Waiting');
      await page.locator('#runs li', { hasText: 'survey' }).waitFor();
      expect(await page.locator('#runs li').count()).toBe(1);
      expectQuiet();
      await startByForm('echo', { text: 'Again', delayMs: 0 });
      await has('completed');
    },
    PATIENCE,
  );

  it(
    'keeps its place when only the connections are cut',
    async () => {
      const { page, output } = served;
      const line = await cutLine(served.url);
      try {
        const connections: string[] = [];
        page.on('request', request => {
          const { pathname, searchParams } = new URL(request.url());
          if (pathname.endsWith('/events')) connections.push(searchParams.get('after')!);
        });
        await page.goto(line.url);
        await startByForm('echo', { text: words(40), delayMs: 50 });
        await output.getByText('w3').waitFor();
        const before = connections.length;
        line.cut();
        await has('completed');
        expect(await output.textContent()).toBe(words(40));
        await counts('42 events');
        expect(connections.slice(before)).toEqual([expect.stringMatching(/^[a-z0-9]+\.\d+\.0$/)]);
        await page.locator('#connection', { hasText: /^live$/ }).waitFor();
        expectQuiet();
      } finally {
        await line.close();
      }
    },
    PATIENCE,
  );

  it(
    'holds no connection while nobody looks, and then goes on where it was',
    async () => {
      const { page, output } = served;
      const setVisibility = (state: string) =>
        page.evaluate(value => {
          Object.defineProperty(document, 'visibilityState', { value, configurable: true });
          document.dispatchEvent(new Event('visibilitychange'));
        }, state);
      const isStream = (url: string) => /\/runs(\/[^/]+\/events)?\?/.test(url);
      const ended: string[] = [];
      page.on('requestfailed', request => isStream(request.url()) && ended.push(request.url()));
      await served.post('/runs', { id: 'job' });
      await page.goto(`${served.url}/#run=job`);
      await has('running');
      await page.locator('#connection', { hasText: /^live$/ }).waitFor();
      await setVisibility('hidden');
      await until(() => ended.length === 2);
      await served.post('/runs/job/events', { events: [{ type: 'token', data: { content: 'meanwhile' } }] });
      const again = page.waitForRequest(request => request.url().includes('/runs/job/events'));
      await setVisibility('visible');
      expect((await again).url()).toMatch(/after=[a-z0-9]+\.1\.0$/);
      await output.getByText('meanwhile').waitFor();
      await counts('2 events');
      expectQuiet();
    },
    PATIENCE,
  );

  it('asks nobody else for anything', async () => {
    const { page } = served;
    const asked: string[] = [];
    page.on('request', request => asked.push(new URL(request.url()).origin));
    await page.goto(served.url);
    await page.locator('#runs li').first().waitFor();
    expect(new Set(asked.filter(origin => origin !== 'null'))).toEqual(new Set([new URL(served.url).origin]));
    const answer = await page.request.get(served.url);
    expect(await answer.text()).not.toMatch(/\b(?:src|href)="(?!data:|#)/);
  });
});
