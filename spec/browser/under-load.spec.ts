import { describe, expect, it } from '@jest/globals';
import { hurries } from './hurrying-agent.ts';
import { pageTasks } from './page-tasks.ts';
import { PATIENCE, servedPage } from './served-page.ts';

/** Milliseconds of the processor that no task of a page that is in order comes near. */
const GENEROUS = 250;

const served = servedPage(hurries);

describe('a page that is given a thousand events a second', () => {
  it(
    'does nothing that takes long, and has few elements',
    async () => {
      const { page, has } = served;
      await page.goto(served.url);
      await page.locator('#connection', { hasText: /^live$/ }).waitFor();
      const tasks = await pageTasks(page, async () => {
        await served.startByForm('hurries', { events: 6_000 });
        await has('completed');
      });
      expect(tasks.length).toBeGreaterThan(0);
      expect(tasks.filter(({ used }) => used > GENEROUS)).toEqual([]);
      expect(await page.evaluate(() => document.querySelectorAll('*').length)).toBeLessThan(6_000);
      served.expectQuiet();
    },
    PATIENCE,
  );
});
