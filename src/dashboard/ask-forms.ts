import type { RunState } from '../client/index.ts';
import { askControls } from './ask-controls.ts';
import { element } from './element.ts';
import { problemOf, server } from './server.ts';
import { timeOfDay } from './words.ts';

type OpenAsk = RunState['asks'][number];

/** The questions of a run that wait for an answer, each as a form. */
export class AskForms {
  readonly element = element('div', { class: 'asks', 'aria-live': 'polite' });
  readonly #runId: string;
  readonly #forms = new Map<string, HTMLElement>();

  readonly #isReplay: boolean;

  /** In a replay they are shown, and cannot be answered. */
  constructor(runId: string, isReplay: boolean) {
    this.#runId = runId;
    this.#isReplay = isReplay;
  }

  draw(asks: readonly OpenAsk[]): void {
    const open = new Set(asks.map(({ askId }) => askId));
    for (const [askId, form] of this.#forms) {
      if (open.has(askId)) continue;
      form.remove();
      this.#forms.delete(askId);
    }
    for (const ask of asks) {
      if (this.#forms.has(ask.askId)) continue;
      const form = this.#form(ask);
      this.#forms.set(ask.askId, form);
      this.element.append(form);
    }
  }

  #form({ askId, question, schema, expiresAt }: OpenAsk): HTMLElement {
    const problem = element('p', { class: 'problem', role: 'alert' });
    const { controls, read } = askControls(question, schema, value => void answer(value));
    const submit = element('button', { class: 'primary' }, 'Answer');
    const buttons = element('fieldset', { class: 'row' }, ...controls, ...(read ? [submit] : []));
    buttons.disabled = this.#isReplay;
    const answer = async (value: unknown): Promise<void> => {
      buttons.disabled = true;
      try {
        await server.answer(this.#runId, askId, { value });
        problem.textContent = '';
      } catch (error) {
        problem.textContent = problemOf(error);
        buttons.disabled = false;
      }
    };
    const hint = expiresAt === undefined ? [] : [hintOf(expiresAt)];
    const form = element(
      'form',
      { class: 'ask', 'aria-label': question },
      element('p', { class: 'question' }, question),
      ...hint,
      buttons,
      problem,
    );
    form.addEventListener('submit', event => {
      event.preventDefault();
      const given = read?.();
      if (!given) return;
      if ('problem' in given) problem.textContent = given.problem;
      else void answer(given.value);
    });
    return form;
  }
}

function hintOf(expiresAt: string): HTMLElement {
  return element('p', { class: 'quiet' }, `Waits until ${timeOfDay(expiresAt)}.`);
}
