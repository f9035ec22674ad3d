import { element, setText } from './element.ts';
import { InputFields } from './input-fields.ts';
import { hasFields, problemsByField, type InputSchema } from './input-schema.ts';

/** What somebody has typed, or `undefined` where it cannot be read; that is said beside it. */
export type TypedInput = { readonly input: unknown } | undefined;

/** The input of an agent: a form where its schema allows one, and always its JSON. */
export class InputEditor {
  readonly element = element('div', { class: 'input-editor' });
  readonly #fields: InputFields | undefined;
  readonly #json = element('textarea', {
    ...{ id: 'input', class: 'json', rows: 5, spellcheck: 'false', autocomplete: 'off' },
    'aria-describedby': 'input-problem',
  });
  readonly #jsonPart: HTMLElement;
  readonly #problem = element('p', { class: 'problem', id: 'input-problem', role: 'alert' });
  readonly #switch = element('button', { type: 'button', class: 'plain' });
  #isJson: boolean;

  constructor(schema: InputSchema | undefined, initial: unknown) {
    this.#fields = hasFields(schema)
      ? new InputFields(schema, Object(initial) as object as never)
      : undefined;
    this.#isJson = this.#fields === undefined;
    this.#json.value = JSON.stringify(initial ?? {}, undefined, 2);
    this.#jsonPart = element(
      'div',
      {},
      element('label', { for: 'input', class: 'unseen' }, 'Input as JSON'),
      this.#json,
    );
    this.#switch.addEventListener('click', () => this.#turn());
    this.element.append(
      ...(this.#fields ? [this.#fields.element, this.#switch] : []),
      this.#jsonPart,
      this.#problem,
    );
    this.#draw();
  }

  read(): TypedInput {
    setText(this.#problem, '');
    if (!this.#isJson) {
      const input = this.#fields!.read();
      return input && { input };
    }
    try {
      const text = this.#json.value.trim();
      this.#json.setAttribute('aria-invalid', 'false');
      return { input: text === '' ? undefined : (JSON.parse(text) as unknown) };
    } catch (error) {
      this.#json.setAttribute('aria-invalid', 'true');
      this.#json.focus();
      setText(this.#problem, `The input is not JSON. ${(error as Error).message}`);
      return undefined;
    }
  }

  /** Says what the server found wrong, each beside what it is about. */
  refuse(issues: readonly string[]): void {
    const fields = this.#isJson ? [] : this.#fields!.names;
    const problems = problemsByField(issues, fields);
    setText(this.#problem, problems.get('') ?? '');
    if (!this.#isJson) this.#fields!.say(problems);
    else this.#json.setAttribute('aria-invalid', 'true');
  }

  #turn(): void {
    const typed = this.read();
    if (!typed) return;
    if (this.#isJson) this.#fields!.show(Object(typed.input) as Readonly<Record<string, unknown>>);
    else this.#json.value = JSON.stringify(typed.input, undefined, 2);
    this.#isJson = !this.#isJson;
    this.#draw();
    if (this.#isJson) this.#json.focus();
  }

  #draw(): void {
    if (this.#fields) this.#fields.element.hidden = this.#isJson;
    this.#jsonPart.hidden = !this.#isJson;
    setText(this.#switch, this.#isJson ? 'Edit as a form' : 'Edit as JSON');
  }
}
