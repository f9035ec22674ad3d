import { describe, expect, it } from '@jest/globals';
import { createEngine } from '../../src/engine/create-engine.ts';
import { pageLab } from './page-lab.ts';
import { PATIENCE } from './served-page.ts';

const lab = pageLab();

describe('a run whose server is lost', () => {
  it(
    'is said to be old, and then to be up to date again, with what came meanwhile',
    async () => {
      const engine = createEngine({ grace: 0 });
      const run = await engine.open({ id: 'job' });
      await run.append([{ type: 'token', data: { content: 'before ' } }]);
      const page = await lab.open(`${await lab.serve(engine)}/#run=job`);
      const output = page.getByRole('region', { name: 'Output', exact: true });
      await output.getByText('before').waitFor();
      await page.locator('#connection', { hasText: /^live$/ }).waitFor();
      const begin = await lab.stop();
      await page.getByText(/^Connection lost at \d\d:\d\d:\d\d\. What you see may be out of date/).waitFor();
      await run.append([{ type: 'token', data: { content: 'meanwhile' } }]);
      await begin();
      await output.getByText('before meanwhile').waitFor();
      await page.locator('.stale').waitFor({ state: 'hidden' });
      expect(await output.textContent()).toBe('before meanwhile');
      lab.expectQuiet();
    },
    PATIENCE,
  );
});
