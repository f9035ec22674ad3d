import { describe, expect, it } from '@jest/globals';
import type { Page } from 'playwright-core';
import { createEngine } from '../../src/engine/create-engine.ts';
import { defineAgent } from '../../src/engine/define-agent.ts';
import type { Engine } from '../../src/engine/engine.ts';
import { pageLab } from './page-lab.ts';
import { PATIENCE } from './served-page.ts';

const lab = pageLab();
const fails = defineAgent({
  name: 'fails',
  run: () => {
    throw new Error('no luck');
  },
});
const echo = defineAgent({ name: 'echo', run: () => 'done' });

/** Ten runs that failed, ten of another agent, and one from outside that goes on. */
async function withRuns(): Promise<Engine> {
  const engine = createEngine({ agents: [fails, echo], grace: 0 });
  for (let n = 0; n < 20; n++) {
    const labels = { host: n % 4 === 0 ? 'laptop' : 'server' };
    const run = await engine.start(n % 2 === 0 ? 'fails' : 'echo', { threadId: `t${n % 5}`, labels });
    await run.result.catch(() => undefined);
  }
  await engine.open({ id: 'outside', labels: { name: 'import' } });
  return engine;
}

const rowsOf = (page: Page) => page.locator('#runs li');
const countIs = (page: Page, text: string) => page.locator(`#run-count:text-is("${text}")`).waitFor();

describe('the list of runs', () => {
  it(
    'asks the server for what is wanted, and keeps it over a reload',
    async () => {
      const page = await lab.open(await lab.serve(await withRuns()));
      const tile = (name: RegExp) =>
        page.getByRole('group', { name: 'Status' }).getByRole('button', { name });
      await tile(/^10 ?failed$/).click();
      await countIs(page, '10 of 21 runs');
      await page.getByText('Agent, thread, label').click();
      await page.getByLabel('Label').fill('host');
      await page.keyboard.press('Enter');
      await page.getByRole('alert').filter({ hasText: 'A label is name=value' }).waitFor();
      await page.getByLabel('Label').fill('host=laptop');
      await page.keyboard.press('Enter');
      await countIs(page, '5 of 21 runs');
      await page.getByLabel('Thread').fill('t0');
      await page.keyboard.press('Tab');
      await countIs(page, '1 of 21 runs');
      expect(new URL(page.url()).hash).toMatch(/^#run=[\w-]+&status=failed&thread=t0&label=host=laptop$/);
      await rowsOf(page).first().click();
      await page.reload();
      await countIs(page, '1 of 21 runs');
      expect(await rowsOf(page).count()).toBe(1);
      expect(await tile(/failed/).getAttribute('aria-pressed')).toBe('true');
      await page.getByLabel('Find runs').fill('nobody');
      await page.getByText('No run matches.').waitFor();
      await page.getByRole('button', { name: 'Clear filters' }).click();
      await countIs(page, '21');
      await rowsOf(page).nth(20).waitFor();
      expect(await rowsOf(page).count()).toBe(21);
      lab.expectQuiet();
    },
    PATIENCE,
  );

  it(
    'shows runs that come to match, and lets go of those that do not',
    async () => {
      const engine = await withRuns();
      const page = await lab.open(`${await lab.serve(engine)}/#status=running,waiting,accepted`);
      await rowsOf(page).filter({ hasText: 'import' }).waitFor();
      await countIs(page, '1 of 21 runs');
      await engine.open({ id: 'second', labels: { name: 'export' } });
      await rowsOf(page).filter({ hasText: 'export' }).waitFor();
      await engine.runs.cancel('outside', { reason: 'enough' });
      await engine
        .append('outside', [{ type: 'cancelled', data: { reason: 'enough' } }])
        .catch(() => undefined);
      await rowsOf(page).filter({ hasText: 'import' }).waitFor({ state: 'detached' });
      lab.expectQuiet();
    },
    PATIENCE,
  );

  it(
    'is gone through by keyboard',
    async () => {
      const page = await lab.open(await lab.serve(await withRuns()));
      await page.getByRole('heading', { level: 1, name: 'import' }).waitFor();
      await page.keyboard.press('/');
      await page.keyboard.type('fails');
      await countIs(page, '10 of 21 runs');
      await page.keyboard.press('ArrowDown');
      await page.keyboard.press('j');
      await page.keyboard.press('j');
      await page.keyboard.press('k');
      const focused = await page.evaluate(() => (document.activeElement as HTMLAnchorElement).hash);
      const second = await rowsOf(page).nth(1).locator('a').getAttribute('href');
      expect(focused).toBe(second);
      await page.keyboard.press('Enter');
      await page.getByRole('heading', { level: 1, name: 'fails' }).waitFor();
      expect(new URL(page.url()).hash).toBe(second);
      await page.goBack();
      await page.getByRole('heading', { level: 1, name: 'import' }).waitFor();
      lab.expectQuiet();
    },
    PATIENCE,
  );

  it(
    'counts what it has not loaded, and loads it page by page',
    async () => {
      const engine = createEngine({ agents: [echo], grace: 0 });
      for (let n = 0; n < 450; n++) await engine.start('echo', { id: `run-${n}` });
      const page = await lab.open(`${await lab.serve(engine)}/#run=run-0`);
      await rowsOf(page).first().waitFor();
      expect(await rowsOf(page).count()).toBe(200);
      await countIs(page, '450');
      const older = page.getByRole('button', { name: /^Older runs/ });
      await older.click();
      await page.locator('#runs li:nth-child(400)').waitFor({ state: 'attached' });
      await older.click();
      await page.locator('#runs li:nth-child(450)').waitFor({ state: 'attached' });
      await older.waitFor({ state: 'hidden' });
      lab.expectQuiet();
    },
    PATIENCE,
  );

  it(
    'says what to do where there is none',
    async () => {
      const engine = createEngine({ grace: 0 });
      const page = await lab.open(await lab.serve(engine));
      await page.getByText('No runs yet').waitFor();
      expect(await page.locator('.empty pre').textContent()).toContain(`${page.url()}runs`);
      await engine.open({ id: 'first', labels: { name: 'my first' } });
      await rowsOf(page).filter({ hasText: 'my first' }).waitFor();
      expect(await page.locator('.empty').isVisible()).toBe(false);
      lab.expectQuiet();
    },
    PATIENCE,
  );
});

describe('the page around it', () => {
  it(
    'is light or dark as the system has it, or as somebody has chosen',
    async () => {
      const page = await lab.open(await lab.serve(createEngine()), { colorScheme: 'dark' });
      const ground = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
      const dark = await ground();
      await page.getByRole('button', { name: /^Colours: as the system/ }).click();
      const light = await ground();
      expect(light).not.toBe(dark);
      await page.reload();
      await page.getByRole('button', { name: /^Colours: light/ }).click();
      expect(await ground()).toBe(dark);
      await page.emulateMedia({ colorScheme: 'light' });
      expect(await ground()).toBe(dark);
      lab.expectQuiet();
    },
    PATIENCE,
  );

  it(
    'is two screens on a phone',
    async () => {
      const options = { viewport: { width: 390, height: 844 }, hasTouch: true };
      const page = await lab.open(await lab.serve(await withRuns()), options);
      const heading = page.getByRole('heading', { level: 1 });
      await rowsOf(page).filter({ hasText: 'import' }).click();
      await heading.filter({ hasText: 'import' }).waitFor();
      expect(await page.locator('#runs').isVisible()).toBe(false);
      await page.getByRole('link', { name: '← All runs' }).click();
      await rowsOf(page).first().waitFor();
      expect(await heading.isVisible()).toBe(false);
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(390);
      lab.expectQuiet();
    },
    PATIENCE,
  );

  it(
    'says since when the list is old, and when it is not any more',
    async () => {
      const page = await lab.open(await lab.serve(await withRuns()));
      await page.locator('#connection', { hasText: /^live$/ }).waitFor();
      const begin = await lab.stop();
      await page.locator('#connection', { hasText: 'reconnecting' }).waitFor();
      await page.getByText(/The list is as it was at \d\d:\d\d:\d\d\./).waitFor();
      await page.locator('#stale-since', { hasText: /^\d+ s ago$/ }).waitFor();
      await begin();
      await page.locator('#connection', { hasText: /^live$/ }).waitFor();
      await page.locator('#stale').waitFor({ state: 'hidden' });
      lab.expectQuiet();
    },
    PATIENCE,
  );

  it(
    'leads from the first key to the run',
    async () => {
      const page = await lab.open(await lab.serve(await withRuns()));
      await page.getByRole('heading', { level: 1, name: 'import' }).waitFor();
      await page.keyboard.press('Tab');
      await page.keyboard.press('Enter');
      expect(await page.evaluate(() => document.activeElement?.id)).toBe('main');
      expect(new URL(page.url()).hash).toBe('#run=outside');
      lab.expectQuiet();
    },
    PATIENCE,
  );
});
