import { gzipSync } from 'node:zlib';
import { describe, expect, it } from '@jest/globals';
import { dashboardPage } from '../../src/dashboard/dashboard-page.ts';
import { createEngine } from '../../src/engine/create-engine.ts';
import { apiKeys } from '../../src/http/auth/api-keys.ts';
import { newApiKey } from '../../src/http/auth/api-key.ts';
import { pageLab } from './page-lab.ts';
import { researcher } from './research-agent.ts';
import { seriousFindings } from './serious-findings.ts';
import { PATIENCE } from './served-page.ts';

const lab = pageLab();

describe.each(['light', 'dark'] as const)('the page, %s', colorScheme => {
  it(
    'keeps nobody out of its list and its form',
    async () => {
      const engine = createEngine({ agents: [researcher] });
      await engine.open({ id: 'outside', labels: { name: 'import', host: 'laptop' } });
      await (
        await engine.start('research', { input: { question: 'Why?' } })
      ).result;
      const page = await lab.open(`${await lab.serve(engine)}/#status=running,completed&agent=research`, {
        colorScheme,
      });
      await page.locator('#runs li').first().waitFor();
      await page.locator('#start').getByText('Input', { exact: true }).click();
      await page.getByRole('button', { name: 'Start', exact: true }).click();
      await page.locator('#input-question-problem', { hasText: 'needed' }).waitFor();
      expect(await seriousFindings(page)).toEqual([]);
      await page.getByLabel('Find runs').fill('nobody');
      await page.getByText('No run matches.').waitFor();
      await lab.stop();
      await page.locator('#stale').waitFor();
      expect(await seriousFindings(page)).toEqual([]);
    },
    PATIENCE,
  );

  it(
    'lets everybody sign in',
    async () => {
      const keys = apiKeys([{ hash: newApiKey().hash, subject: 'ann' }]);
      const page = await lab.open(await lab.serve(createEngine(), { authorize: keys }), { colorScheme });
      await page.getByLabel('API key').fill('wrong');
      await page.keyboard.press('Enter');
      await page.getByRole('alert').filter({ hasText: 'does not know' }).waitFor();
      expect(await seriousFindings(page)).toEqual([]);
      lab.expectQuiet();
    },
    PATIENCE,
  );
});

it('the page is at most 120 KB as it goes over the line', () => {
  expect(gzipSync(dashboardPage()).length).toBeLessThanOrEqual(120 * 1024);
});
