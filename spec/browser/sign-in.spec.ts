import { describe, expect, it } from '@jest/globals';
import { createEngine } from '../../src/engine/create-engine.ts';
import { defineAgent } from '../../src/engine/define-agent.ts';
import type { Engine } from '../../src/engine/engine.ts';
import { newApiKey } from '../../src/http/auth/api-key.ts';
import { apiKeys } from '../../src/http/auth/api-keys.ts';
import { ManualClock } from '../../src/testing/manual-clock.ts';
import { pageLab } from './page-lab.ts';
import { PATIENCE } from './served-page.ts';

const [ann, bob] = [newApiKey(), newApiKey()];
const authorize = apiKeys([
  { hash: ann.hash, subject: 'ann', tenantId: 'acme' },
  { hash: bob.hash, subject: 'bob', tenantId: 'globex' },
]);
const lab = pageLab();

const waits = defineAgent({
  name: 'waits',
  run: ctx =>
    new Promise((_, stop) => {
      ctx.token('Here');
      ctx.signal.addEventListener('abort', () => stop(ctx.signal.reason as Error));
    }),
});

async function withRuns(): Promise<Engine> {
  const engine = createEngine({ agents: [waits], grace: 0 });
  await engine.start('waits', { id: 'of-acme', tenantId: 'acme' });
  await engine.open({ id: 'of-globex', tenantId: 'globex', labels: { name: 'theirs' } });
  return engine;
}

describe('signing in', () => {
  it(
    'shows runs of the tenant of a key, keeps no key, and ends',
    async () => {
      const url = await lab.serve(await withRuns(), { authorize });
      const asked: string[] = [];
      const page = await lab.open('about:blank');
      page.on('response', answer => asked.push(`${answer.status()} ${new URL(answer.url()).pathname}`));
      await page.goto(url);
      const dialog = page.getByRole('dialog', { name: 'Sign in' });
      const key = dialog.getByLabel('API key');
      await key.waitFor();
      // Nothing was asked for that would be refused.
      expect(asked).toEqual(['200 /', '200 /session']);
      await key.fill('no key of theirs');
      await dialog.getByRole('button', { name: 'Sign in' }).click();
      await dialog.getByRole('alert').filter({ hasText: 'does not know this key' }).waitFor();
      await key.fill(ann.key);
      await page.keyboard.press('Enter');
      await page.locator('#runs li', { hasText: 'waits' }).waitFor();
      await page.locator('#account', { hasText: 'ann' }).getByText('tenant acme').waitFor();
      expect(await page.locator('#runs li').count()).toBe(1);
      const kept = await page.evaluate(() =>
        JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.cookie]),
      );
      expect(kept).toBe('[{},{},""]');
      expect(await page.content()).not.toContain(ann.key);
      await page.reload();
      await page.locator('#account', { hasText: 'ann' }).waitFor();
      expect(await dialog.isVisible()).toBe(false);
      await page.getByRole('button', { name: 'Sign out' }).click();
      await key.waitFor();
      expect(await page.locator('#runs li').count()).toBe(0);
      lab.expectQuiet();
    },
    PATIENCE,
  );

  it(
    'comes back to where it was when a session is over',
    async () => {
      const clock = new ManualClock();
      const engine = await withRuns();
      const url = await lab.serve(engine, { authorize, clock, grants: { sessionTtl: 60_000 } });
      const page = await lab.open(`${url}/#run=of-acme&status=running`);
      const key = page.getByLabel('API key');
      await key.fill(ann.key);
      await page.keyboard.press('Enter');
      const output = page.locator('.output');
      await output.getByText('Here').waitFor();
      await page.evaluate(() => document.querySelector('.output')!.setAttribute('data-kept', ''));
      clock.advance(60_000);
      await page.getByRole('heading', { name: 'Sign in again' }).waitFor();
      expect(await page.locator('#frame').getAttribute('inert')).not.toBeNull();
      await key.fill(ann.key);
      await page.keyboard.press('Enter');
      await page.locator('#connection', { hasText: /^live$/ }).waitFor();
      expect(new URL(page.url()).hash).toBe('#run=of-acme&status=running');
      // The same elements: nothing was drawn anew.
      expect(await page.locator('.output[data-kept]').count()).toBe(1);
      await engine.runs.cancel('of-acme', { tenantId: 'acme', reason: 'enough' });
      await page.locator('.outcome', { hasText: 'enough' }).waitFor();
      lab.expectQuiet();
    },
    PATIENCE,
  );

  it(
    'shows somebody else nothing of what was there before',
    async () => {
      const clock = new ManualClock();
      const url = await lab.serve(await withRuns(), { authorize, clock, grants: { sessionTtl: 60_000 } });
      const page = await lab.open(url);
      const key = page.getByLabel('API key');
      await key.fill(ann.key);
      await page.keyboard.press('Enter');
      await page.locator('.output').getByText('Here').waitFor();
      clock.advance(60_000);
      await page.getByRole('heading', { name: 'Sign in again' }).waitFor();
      await key.fill(bob.key);
      await page.keyboard.press('Enter');
      await page.locator('#runs li', { hasText: 'theirs' }).waitFor();
      await page.locator('#account', { hasText: 'bob' }).getByText('tenant globex').waitFor();
      expect(await page.locator('.output').getByText('Here').count()).toBe(0);
      lab.expectQuiet();
    },
    PATIENCE,
  );
});
