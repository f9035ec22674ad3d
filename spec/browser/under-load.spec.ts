import { describe, expect, it } from '@jest/globals';
import { hurries } from './hurrying-agent.ts';
import { longTasks, noteLongTasks } from './long-tasks.ts';
import { PATIENCE, servedPage } from './served-page.ts';

/** What no task of a page that is in order comes near, on a machine that has much else to do; milliseconds. */
const GENEROUS = 250;

const served = servedPage(hurries);

describe('a page that is given a thousand events a second', () => {
  it(
    'does nothing that takes long, and has few elements',
    async () => {
      const { page, output, has } = served;
      await noteLongTasks(page);
      await page.goto(served.url);
      await served.startByForm('hurries', { events: 6_000 });
      await output.getByText('word').first().waitFor();
      const begin = await page.evaluate(() => performance.now());
      await has('completed');
      const tasks = (await longTasks(page)).filter(({ at }) => at > begin);
      expect(tasks.filter(({ length }) => length > GENEROUS)).toEqual([]);
      expect(await page.evaluate(() => document.querySelectorAll('*').length)).toBeLessThan(6_000);
      served.expectQuiet();
    },
    PATIENCE,
  );
});
