import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { Browser } from 'playwright-core';
import { runProcess } from '../cli/command-process.ts';
import { launchChrome } from '../support/launch-chrome.ts';
import { PATIENCE } from './react-lab.ts';

const ROOT = join(import.meta.dirname, '../..');

let browser: Browser;
beforeAll(async () => {
  browser = await launchChrome();
}, PATIENCE);
afterAll(() => browser?.close());

it(
  'the example in React writes a letter, goes on after a reload, and takes an answer',
  async () => {
    const served = runProcess(join(ROOT, 'examples/react/react.mjs'), [], { env: { PORT: '0' } });
    try {
      const [, url = ''] = await served.says(/Open (http:\S+)/);
      const page = await browser.newPage();
      const logged: string[] = [];
      page.on('console', message => logged.push(message.text()));
      page.on('pageerror', error => logged.push(String(error)));
      page.setDefaultTimeout(40_000);
      await page.goto(url);
      await page.getByRole('button', { name: 'Write' }).click();
      await page.getByText('One could write').waitFor();
      await page.reload();
      await page.getByText('One could write').waitFor();
      await page.getByRole('button', { name: 'Yes' }).click();
      await page.getByRole('heading', { name: 'completed' }).waitFor();
      await page.getByRole('navigation').getByRole('button', { name: 'completed' }).waitFor();
      expect(logged).toEqual([]);
    } finally {
      served.kill('SIGTERM');
      await served.ended;
    }
  },
  PATIENCE,
);
