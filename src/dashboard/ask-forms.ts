import { element } from './element.ts';
import type { OpenAsk } from './run-state.ts';
import { send } from './send.ts';

/** The questions of a run that wait for an answer, each as a form. */
export class AskForms {
  readonly element = element('div', { class: 'asks' });
  readonly #runId: string;
  readonly #forms = new Map<string, HTMLElement>();

  constructor(runId: string) {
    this.#runId = runId;
  }

  draw(asks: ReadonlyMap<string, OpenAsk>): void {
    for (const [askId, form] of this.#forms) {
      if (asks.has(askId)) continue;
      form.remove();
      this.#forms.delete(askId);
    }
    for (const open of asks.values()) {
      if (this.#forms.has(open.askId)) continue;
      const form = this.#form(open);
      this.#forms.set(open.askId, form);
      this.element.append(form);
    }
  }

  #form({ askId, question, schema }: OpenAsk): HTMLElement {
    const problem = element('p', { class: 'problem', role: 'alert' });
    const answer = async (value: unknown): Promise<void> => {
      const answered = await send(`runs/${this.#runId}/answers`, { askId, value });
      problem.textContent = 'problem' in answered ? answered.problem : '';
    };
    const choices = choicesOf(schema);
    const field = element('input', { 'aria-label': question, autocomplete: 'off' });
    const controls = choices
      ? choices.map(({ label, value }) => {
          const button = element('button', { type: 'button' }, label);
          button.addEventListener('click', () => void answer(value));
          return button;
        })
      : [field, element('button', { class: 'primary' }, 'Answer')];
    const form = element(
      'form',
      { class: 'ask' },
      element('p', {}, question),
      element('div', { class: 'row' }, ...controls),
      problem,
    );
    form.addEventListener('submit', event => {
      event.preventDefault();
      void answer(valueOf(field.value, schema));
    });
    return form;
  }
}

function choicesOf(schema: OpenAsk['schema']): { label: string; value: unknown }[] | undefined {
  if (schema?.type === 'boolean') {
    return [
      { label: 'Yes', value: true },
      { label: 'No', value: false },
    ];
  }
  const values: unknown = schema?.enum;
  return Array.isArray(values)
    ? values.map((value: unknown) => ({ label: String(value), value }))
    : undefined;
}

/** Text where text is asked for, else JSON where it is JSON. */
function valueOf(text: string, schema: OpenAsk['schema']): unknown {
  if (schema === undefined || schema.type === 'string') return text;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
