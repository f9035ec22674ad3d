import { describe, expect, it } from '@jest/globals';
import { createEngine } from '../../src/engine/create-engine.ts';
import { defineAgent } from '../../src/engine/define-agent.ts';
import { pageLab } from './page-lab.ts';
import { researcher } from './research-agent.ts';
import { PATIENCE } from './served-page.ts';

const lab = pageLab();

describe('the form that starts agents', () => {
  it(
    'asks for what an agent takes, and says beside it what is wrong',
    async () => {
      const page = await lab.open(await lab.serve(createEngine({ agents: [researcher] })));
      const form = page.getByRole('form', { name: 'Start a run' });
      await form.getByText('Answers a question.').waitFor();
      const start = form.getByRole('button', { name: 'Start', exact: true });
      await start.click();
      await form.locator('#input-question-problem', { hasText: 'This is needed.' }).waitFor();
      const question = form.getByLabel('question');
      expect(await question.evaluate(field => field === document.activeElement)).toBe(true);
      await question.fill('Wh');
      await form.getByLabel('depth').fill('many');
      await start.click();
      await form.locator('#input-depth-problem', { hasText: 'Expected a number.' }).waitFor();
      await form.getByLabel('depth').fill('9');
      await start.click();
      // These the server has found.
      await form.locator('#input-question-problem:not(:empty)').waitFor();
      await form.locator('#input-depth-problem:not(:empty)').waitFor();
      expect(await form.getByLabel('depth').getAttribute('aria-invalid')).toBe('true');
      await question.fill('Why?');
      await form.getByLabel('depth').fill('3');
      await form.getByLabel('mode').selectOption('thorough');
      await form.getByLabel('cite').selectOption('no');
      await form.getByLabel('sources').fill('["wiki"]');
      await form.getByRole('button', { name: 'Edit as JSON' }).click();
      const json = form.getByLabel('Input as JSON');
      const asked = { question: 'Why?', depth: 3, mode: 'thorough', cite: false, sources: ['wiki'] };
      expect(JSON.parse(await json.inputValue())).toEqual(asked);
      await json.fill(JSON.stringify({ ...asked, depth: 4 }));
      await form.getByRole('button', { name: 'Edit as a form' }).click();
      expect(await form.getByLabel('depth').inputValue()).toBe('4');
      await start.click();
      await page.getByRole('heading', { level: 1, name: 'research' }).waitFor();
      await page.locator('.outcome', { hasText: '"depth": 4' }).waitFor();
      // The browser itself logs each answer 400.
    },
    PATIENCE,
  );

  it(
    'starts one run, however fast it is pressed',
    async () => {
      const engine = createEngine({ agents: [defineAgent({ name: 'once', run: () => 'done' })] });
      const page = await lab.open(await lab.serve(engine));
      const start = page.getByRole('button', { name: 'Start', exact: true });
      await start.dblclick();
      await page.getByRole('heading', { level: 1, name: 'once' }).waitFor();
      await page.getByText('completed').first().waitFor();
      await start.evaluate((button: HTMLButtonElement) => [1, 2, 3].forEach(() => button.click()));
      await page.waitForFunction(() => document.querySelectorAll('#runs li').length > 0);
      expect((await engine.runs.list()).runs.length).toBeLessThanOrEqual(2);
      lab.expectQuiet();
    },
    PATIENCE,
  );
});
