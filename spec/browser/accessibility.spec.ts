import { describe, expect, it } from '@jest/globals';
import { seriousFindings } from './serious-findings.ts';
import { PATIENCE, servedPage } from './served-page.ts';

const served = servedPage(`
export const letter = { name: 'letter', run: async ctx => {
  await ctx.pipeline('letter', step => step.node('draft', async inner => {
    await inner.tool('fetch', { url: 'here' }, async () => { throw new Error('no answer'); }).catch(() => {});
    inner.token('# Dear **reader**\\n\\nhere it is.');
  }), { waves: 1, nodes: 1 });
  await ctx.emit('node.skipped', { name: 'maps' }, { node: 'maps' });
  await ctx.emit('progress', { fraction: 0.5, message: 'half' });
  await ctx.emit('artifact', { artifactId: 'a', artifactType: 'text', name: 'a.txt', data: 'text' });
  ctx.warn('slow');
  await ctx.ask('Send it?');
} };
`);

describe('the page of a run', () => {
  it.each([
    ['light', 'a desk', { width: 1280, height: 900 }],
    ['dark', 'a desk', { width: 1280, height: 900 }],
    ['light', 'a phone', { width: 390, height: 844 }],
  ] as const)(
    'has in %s, at %s, no serious violation that axe can find, in the run, an event, a dialog and a replay',
    async (colorScheme, _, size) => {
      const { page, has, rows, expectQuiet } = served;
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      await page.setViewportSize(size);
      const { runId } = (await served.post('/runs', { agent: 'letter' })) as { runId: string };
      await page.goto(`${served.url}/#run=${runId}`);
      await has('waits for you');
      await page.locator('.timeline li', { hasText: 'maps' }).waitFor();
      await rows.last().click();
      await page.locator('.inspector').waitFor();
      await page.locator('.artifacts summary').click();
      expect(await seriousFindings(page)).toEqual([]);
      await page.getByRole('button', { name: 'Cancel run' }).click();
      expect(await seriousFindings(page)).toEqual([]);
      await page.keyboard.press('Escape');
      await page.getByRole('button', { name: 'Replay' }).click();
      await page.getByRole('button', { name: 'Play', exact: true }).waitFor();
      expect(await seriousFindings(page)).toEqual([]);
      expectQuiet();
    },
    PATIENCE,
  );

  it(
    'is walked by keyboard: one stop for the timeline, one for the log, and arrows within',
    async () => {
      const { page, has } = served;
      const { runId } = (await served.post('/runs', { agent: 'letter' })) as { runId: string };
      await page.goto(`${served.url}/#run=${runId}`);
      await has('waits for you');
      const lines = page.locator('.timeline .line-head');
      await lines.nth(2).waitFor();
      expect(await page.locator('.timeline .line-head[tabindex="0"]').count()).toBe(1);
      await lines.first().focus();
      await page.keyboard.press('ArrowDown');
      await page.keyboard.press('ArrowDown');
      const focused = () => page.evaluate(() => document.activeElement?.textContent);
      expect(await focused()).toContain('fetch');
      await page.keyboard.press('Enter');
      await page.locator('.timeline pre', { hasText: 'no answer' }).waitFor();
      await page.keyboard.press('End');
      expect(await focused()).toContain('maps');
    },
    PATIENCE,
  );
});
