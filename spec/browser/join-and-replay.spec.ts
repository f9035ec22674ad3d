import { describe, expect, it } from '@jest/globals';
import { cutLine } from './cut-line.ts';
import { PATIENCE, servedPage } from './served-page.ts';

const served = servedPage(`
const sleep = ms => new Promise(resolve => setTimeout(resolve, ms));
export const floods = { name: 'floods', run: async (ctx, { lines }) => {
  for (let line = 1; line <= lines; line++) {
    for (let word = 1; word <= 100; word++) ctx.token(line + '.' + word + ' ');
    await ctx.drained();
  }
  await ctx.ask('Enough?');
} };
export const parent = { name: 'parent', run: async ctx => {
  const child = await ctx.start('echo', { input: { text: 'one two', delayMs: 0 } });
  await child.result;
  await ctx.pipeline('letter', step => step.node('draft', async inner => inner.token('Dear')));
} };
export const talks = { name: 'talks', run: async ctx => {
  for (let word = 1; word <= 40; word++) { ctx.token('w' + word + ' '); await sleep(25); }
} };
`);
const { has, startByForm, expectQuiet } = served;

const start = async (agent: string, input: unknown = {}) =>
  ((await served.post('/runs', { agent, input })) as { runId: string }).runId;
const statusOf = async (runId: string) =>
  ((await (await fetch(`${served.url}/runs/${runId}`)).json()) as { status: string }).status;
const reached = async (runId: string, status: string) => {
  while ((await statusOf(runId)) !== status) await served.page.waitForTimeout(100);
};
const seqs = async () => (await served.rows.locator('.seq').allTextContents()).map(Number);
const log = () => served.page.getByRole('listbox', { name: 'Events' });

describe('a run that is joined late', () => {
  it(
    'is drawn of what it adds up to, and older events come when somebody looks for them',
    async () => {
      const { page, output } = served;
      const runId = await start('floods', { lines: 95 });
      await reached(runId, 'waiting');
      const asked: string[] = [];
      page.on('request', request =>
        asked.push(new URL(request.url()).pathname + new URL(request.url()).search),
      );
      await page.goto(`${served.url}/#run=${runId}`);
      await has('waits for you');
      await output.getByText('95.100').waitFor();
      await page
        .locator('.facts')
        .getByText(/^9,50\d events$/)
        .waitFor();
      await served.rows.first().waitFor();
      const events = asked.filter(path => path.includes('/events?'));
      expect(asked.filter(path => path.endsWith('/state'))).toHaveLength(1);
      // Its newest page, and the stream from the end on.
      expect(events[0]).toMatch(/order=desc&after=now&limit=200$/);
      expect(events.slice(1).every(path => /after=[a-z0-9]+\.950\d\./.test(path))).toBe(true);
      await log().focus();
      await page.keyboard.press('Home');
      await served.rows.first().locator('.seq', { hasText: /^1$/ }).waitFor();
      const first = (await seqs()).sort((a, b) => a - b);
      expect(first).toEqual(first.map((_, index) => index + 1));
      await page.getByRole('textbox', { name: 'Enough?' }).fill('yes');
      await page.keyboard.press('Enter');
      await has('completed');
      await page.getByRole('button', { name: /Newest/ }).click();
      await served.rows.locator('.type', { hasText: /^complete$/ }).waitFor();
      expectQuiet();
    },
    PATIENCE,
  );

  it(
    'is searched in all of its events, by type, topic and text',
    async () => {
      const { page } = served;
      const runId = await start('floods', { lines: 20 });
      await reached(runId, 'waiting');
      await page.goto(`${served.url}/#run=${runId}`);
      await page.getByLabel('Filter events').fill('1.57');
      await page.getByText(/^2 of 2,00\d events$/).waitFor();
      await page.getByLabel('Filter events').fill('token.* 1.57');
      await page.getByText(/^0 of 2,00\d events$/).waitFor();
      await page.getByLabel('Filter events').fill('agent floods');
      await page.getByText(/^1 of 2,00\d events$/).waitFor();
      expect(await seqs()).toEqual([1]);
      expectQuiet();
    },
    PATIENCE,
  );

  it(
    'keeps its place over a reload, and can be opened at any event',
    async () => {
      const { page, rows } = served;
      const runId = await start('floods', { lines: 20 });
      await reached(runId, 'waiting');
      await page.goto(`${served.url}/#run=${runId}&at=321`);
      const chosen = page.locator('.event[aria-selected=true] .seq');
      await chosen.getByText('321', { exact: true }).waitFor();
      expect(await page.locator('.inspector h3').textContent()).toBe('321 token');
      expect(await page.locator('.inspector .cursor').textContent()).toMatch(/^[a-z0-9]+\.321\./);
      await log().focus();
      await page.keyboard.press('ArrowDown');
      await chosen.getByText('322', { exact: true }).waitFor();
      expect(new URL(page.url()).hash).toBe(`#run=${runId}&at=322`);
      await page.reload();
      await chosen.getByText('322', { exact: true }).waitFor();
      expect(await rows.count()).toBeLessThan(100);
      expectQuiet();
    },
    PATIENCE,
  );

  it(
    'links to the runs that it has started, and shows what was inside of what',
    async () => {
      const { page, output } = served;
      const runId = await start('parent');
      await reached(runId, 'completed');
      await page.goto(`${served.url}/#run=${runId}`);
      await has('completed');
      await page.getByRole('heading', { level: 3, name: 'letter' }).waitFor();
      const lines = page.locator('.timeline li');
      await lines.nth(2).waitFor();
      expect(await lines.locator('.name').allTextContents()).toEqual(['echo', 'letter', 'draft']);
      await page.locator('.timeline').getByRole('link', { name: 'echo' }).click();
      await page.getByRole('heading', { level: 1, name: 'echo' }).waitFor();
      await output.getByText('one two').waitFor();
      await page.getByRole('link', { name: 'parent run' }).click();
      await page.getByRole('heading', { level: 1, name: 'parent' }).waitFor();
      expectQuiet();
    },
    PATIENCE,
  );
});

describe('a line that is cut', () => {
  it(
    'is told of where the run is, until it is there again',
    async () => {
      const { page, output } = served;
      const line = await cutLine(served.url);
      try {
        await page.goto(line.url);
        await startByForm('floods', { lines: 1 });
        await has('waits for you');
        await line.close();
        await page
          .getByText(/^Connection lost at \d\d:\d\d:\d\d\. What you see may be out of date/)
          .waitFor();
        expect(await output.textContent()).toContain('1.100');
        expectQuiet();
      } finally {
        await line.close().catch(() => undefined);
      }
    },
    PATIENCE,
  );
});

describe('a replay', () => {
  it(
    'plays a stored run from its start, by steps, by its slider, and at its speed, and says that it is one',
    async () => {
      const { page, output } = served;
      const runId = await start('talks');
      await reached(runId, 'completed');
      await page.goto(`${served.url}/#run=${runId}`);
      await has('completed');
      await page.getByRole('button', { name: 'Replay' }).click();
      const bar = page.getByRole('region', { name: 'Replay' });
      await bar.getByText('of what was stored. Nothing here is live.').waitFor();
      expect(await page.getByRole('button', { name: 'Cancel run' }).isVisible()).toBe(false);
      await bar.getByRole('button', { name: 'Pause' }).click();
      const slider = bar.getByRole('slider', { name: 'Position' });
      await slider.focus();
      await page.keyboard.press('Home');
      await slider.and(page.locator('[aria-valuetext="event 0 of 42"]')).waitFor();
      for (let press = 0; press < 4; press++) await bar.getByRole('button', { name: 'Step' }).click();
      await slider.and(page.locator('[aria-valuetext="event 4 of 42"]')).waitFor();
      await output.getByText('w1 w2 w3').waitFor();
      expect(await output.textContent()).toBe('w1 w2 w3 ');
      expect(await seqs()).toEqual([1, 2, 3, 4]);
      await has('running');
      await bar.getByRole('button', { name: '10×' }).click();
      await bar.locator('[aria-pressed=true]', { hasText: '10×' }).waitFor();
      await bar.getByRole('button', { name: 'Play', exact: true }).click();
      await has('completed');
      await slider.focus();
      await page.keyboard.press('PageDown');
      await page.keyboard.press('ArrowLeft');
      await has('running');
      await bar.getByRole('button', { name: 'Leave replay' }).click();
      await bar.waitFor({ state: 'hidden' });
      await has('completed');
      expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('Replay');
      expectQuiet();
    },
    PATIENCE,
  );
});
