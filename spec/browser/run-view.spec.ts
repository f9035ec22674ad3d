import { describe, expect, it } from '@jest/globals';
import { PATIENCE, servedPage } from './served-page.ts';

const zod = import.meta.resolve('zod');
const served = servedPage(`
import * as z from ${JSON.stringify(zod)};
export const asks = { name: 'asks', run: async ctx => {
  const answers = [
    await ctx.ask('Sure?', { schema: z.boolean() }),
    await ctx.ask('Where?', { schema: z.enum(['wiki', 'mail']) }),
    await ctx.ask('Why?', { schema: z.string() }),
    await ctx.ask('How many?', { schema: z.int() }),
    await ctx.ask('What?', { schema: z.object({ title: z.string() }) }),
    await ctx.ask('Anything else?'),
  ];
  ctx.token('You said ' + JSON.stringify(answers));
} };
export const nests = { name: 'nests', run: async ctx => {
  const emit = (type, data, node) => ctx.emit(type, data, { node });
  await emit('node.started', { name: 'plan', attempt: 1 }, 'plan');
  await emit('node.started', { name: 'search', attempt: 1 }, 'plan/search');
  await emit('tool.called', { callId: '1', tool: 'fetch', args: { url: 'here' } }, 'plan/search');
  await emit('tool.failed', { callId: '1', error: 'no <i>answer</i>' }, 'plan/search');
  await emit('node.completed', { name: 'search', durationMs: 5 }, 'plan/search');
  await emit('node.completed', { name: 'plan', durationMs: 9 }, 'plan');
  await emit('custom:score', { value: 0.87 });
} };
export const floods = { name: 'floods', run: async (ctx, { lines }) => {
  for (let line = 1; line <= lines; line++) {
    for (let word = 1; word <= 110; word++) ctx.token(word + ' ', { messageId: String(word) });
    await ctx.drained();
  }
  await ctx.emit('custom:needle', { where: 'haystack' });
} };
`);
const { has, startByForm, expectQuiet } = served;

const seqs = async () => (await served.rows.locator('.seq').allTextContents()).map(Number);

describe('the view of a run', () => {
  it(
    'asks what a run asks, by the form that fits',
    async () => {
      const { page, output } = served;
      await page.goto(served.url);
      await startByForm('asks');
      await has('waits for you');
      const form = (question: string) => page.getByRole('form', { name: question, exact: true });
      await form('Sure?').getByRole('button', { name: 'No' }).click();
      await form('Where?').getByRole('button', { name: 'mail' }).click();
      await form('Why?').getByRole('textbox').fill('5');
      await page.keyboard.press('Enter');
      await form('How many?').getByRole('spinbutton').fill('7');
      await page.keyboard.press('Enter');
      await form('What?').getByRole('textbox').fill('{"title": ');
      await form('What?').getByRole('button', { name: 'Answer' }).click();
      await form('What?').getByRole('alert').filter({ hasText: 'This is not JSON' }).waitFor();
      await form('What?').getByRole('textbox').fill('{"title": "T"}');
      await form('What?').getByRole('button', { name: 'Answer' }).click();
      await form('Anything else?').getByRole('textbox').fill('no');
      await page.keyboard.press('Enter');
      await output.getByText('You said [false,"mail","5",7,{"title":"T"},"no"]').waitFor();
      await has('completed');
      expect(await page.locator('.ask').count()).toBe(0);
      expectQuiet();
    },
    PATIENCE,
  );

  it(
    'shows what happens inside of what, and opens it',
    async () => {
      const { page } = served;
      await page.goto(served.url);
      await startByForm('nests');
      await has('completed');
      const lines = page.locator('.timeline li');
      await lines.nth(3).waitFor();
      const told = await lines.evaluateAll(items =>
        (items as HTMLElement[]).map(item => [
          item.style.getPropertyValue('--depth'),
          item.dataset.state,
          ...['.name', '.marks', '.detail'].map(part => item.querySelector(part)!.textContent),
        ]),
      );
      expect(told).toEqual([
        ['0', 'done', 'plan', '', ''],
        ['1', 'done', 'search', '', ''],
        ['2', 'failed', 'fetch', 'failed', 'no <i>answer</i>'],
        ['0', 'done', 'score', '', '0.87'],
      ]);
      await lines.nth(0).locator('summary').focus();
      for (const key of ['End', 'ArrowUp', 'Enter']) await page.keyboard.press(key);
      await lines.nth(2).locator('pre', { hasText: '"url": "here"' }).waitFor();
      expectQuiet();
    },
    PATIENCE,
  );

  it(
    'shows what a program writes as a terminal does',
    async () => {
      const { page } = served;
      const said = (messageId: string, content: string) => ({ type: 'token', data: { messageId, content } });
      await served.post('/runs', { id: 'job', labels: { name: 'npm test' } });
      await served.post('/runs/job/events', {
        events: [
          said('stdout', '\u001b[32mPASS\u001b[39m a\nrea'),
          said('stderr', 'warn <b>\n'),
          said('stdout', 'dy\n10 %\r90 %\n'),
          { type: 'observation', data: { kind: 'stdout', extras: { at: 1 } } },
          said('stdout', 'rest'),
          { type: 'custom:line', data: { level: 'info' } },
        ],
      });
      await page.goto(`${served.url}/#run=job`);
      await page.getByRole('heading', { level: 1, name: 'npm test' }).waitFor();
      const lines = page.locator('.terminal .line');
      await lines.nth(5).waitFor();
      expect(await lines.allTextContents()).toEqual([
        'PASS a\n',
        'ready\n',
        'warn <b>\n',
        '90 %\n',
        '{"at":1}\n',
        'rest\n',
      ]);
      expect(await page.locator('.terminal [data-channel=stderr]').count()).toBe(1);
      await page.locator('.timeline li', { hasText: 'info' }).getByText('line').waitFor();
      await served.post('/runs/job/events', {
        events: [said('stdout', ' of it'), { type: 'complete', data: {} }],
      });
      await has('completed');
      expect(await lines.last().textContent()).toBe('rest of it\n');
      expectQuiet();
    },
    PATIENCE,
  );

  it(
    'shows an event in full, by keyboard and by pointer',
    async () => {
      const { page, rows } = served;
      await page.goto(served.url);
      await startByForm('echo', { text: 'a b', delayMs: 0 });
      await has('completed');
      const envelope = async () =>
        JSON.parse((await page.locator('.inspector pre').textContent())!) as Record<string, unknown>;
      await page.getByRole('listbox', { name: 'Events' }).focus();
      await page.keyboard.press('Home');
      await page.keyboard.press('ArrowDown');
      expect(await envelope()).toMatchObject({ seq: 2, type: 'token', data: { content: 'a ' } });
      expect(await rows.nth(1).getAttribute('aria-selected')).toBe('true');
      await rows.nth(2).click();
      expect(await envelope()).toMatchObject({ seq: 3, data: { content: 'b' } });
      expectQuiet();
    },
    PATIENCE,
  );

  it(
    'scrolls through many events with few rows, and finds one',
    async () => {
      const { page } = served;
      await page.goto(served.url);
      await startByForm('floods', { lines: 90 });
      await has('completed');
      await page
        .locator('.facts')
        .getByText(/^9,9\d\d events$/)
        .waitFor();
      const log = page.getByRole('listbox', { name: 'Events' });
      const last = (await seqs()).at(-1)!;
      expect(last).toBeGreaterThan(9_900);
      expect(await served.rows.last().locator('.type').textContent()).toBe('complete');
      await log.focus();
      await page.keyboard.press('Home');
      await served.rows.first().locator('.seq', { hasText: /^1$/ }).waitFor();
      const first = (await seqs()).sort((a, b) => a - b);
      expect(first).toEqual(first.map((_, index) => index + 1));
      await page.getByRole('button', { name: /Newest/ }).click();
      await page.locator('.event:visible .seq', { hasText: String(last) }).waitFor();
      expect(await page.locator('.event').count()).toBeLessThan(100);
      expect(await page.evaluate(() => document.querySelectorAll('*').length)).toBeLessThan(5_000);
      await page.getByLabel('Filter events').fill('needle HAYstack');
      await page.getByText(/^1 of 9,9\d\d events$/).waitFor();
      expect(await served.rows.locator('.type').allTextContents()).toEqual(['custom:needle']);
      expectQuiet();
    },
    PATIENCE,
  );

  it(
    'says which events are no longer kept',
    async () => {
      const { page } = served;
      const { runId } = (await served.post('/runs', { agent: 'floods', input: { lines: 100 } })) as {
        runId: string;
      };
      await page.goto(served.url);
      await page.locator('#runs li[data-status=completed]', { hasText: 'floods' }).waitFor();
      await page.goto(`${served.url}/#run=${runId}`);
      await page.locator('.notice', { hasText: /^Events 1 to 1,?\d{3} are no longer kept/ }).waitFor();
      await has('completed');
      await page.getByRole('listbox', { name: 'Events' }).focus();
      await page.keyboard.press('Home');
      await page.getByRole('button', { name: 'Load older' }).waitFor({ state: 'hidden' });
      await served.rows.first().locator('.type', { hasText: 'gap' }).waitFor();
      expectQuiet();
    },
    PATIENCE,
  );
});
