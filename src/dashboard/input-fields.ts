import { element, setText } from './element.ts';
import { kindOf, valueOf, type FieldKind, type InputSchema } from './input-schema.ts';

type Control = HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement;

interface Field {
  readonly name: string;
  readonly kind: FieldKind;
  readonly isRequired: boolean;
  readonly control: Control;
  readonly problem: HTMLElement;
}

/** An input as a form: one field for each member of its schema. */
export class InputFields {
  readonly element = element('div', { class: 'input-fields' });
  readonly #fields: readonly Field[];

  /** `initial`: what the fields begin with, where the schema has no default. */
  constructor(
    {
      properties,
      required = [],
    }: InputSchema & { readonly properties: Readonly<Record<string, InputSchema>> },
    initial: Readonly<Record<string, unknown>>,
  ) {
    this.#fields = Object.entries(properties).map(([name, schema]) => {
      const kind = kindOf(schema);
      const id = `input-${name}`;
      const [about, problemId] = [`${id}-about`, `${id}-problem`];
      const isRequired = required.includes(name) && schema.default === undefined;
      const control = controlOf(kind, schema, { id, 'aria-describedby': `${about} ${problemId}` });
      if (isRequired) control.setAttribute('aria-required', 'true');
      const begin = initial[name] ?? schema.default;
      fill(control, begin);
      const problem = element('p', { class: 'problem', id: problemId, role: 'alert' });
      this.element.append(
        element(
          'label',
          { for: id },
          name,
          element('span', { class: 'faint' }, isRequired ? '' : ' optional'),
        ),
        control,
        element('p', { class: 'quiet', id: about }, aboutOf(kind, schema)),
        problem,
      );
      return { name, kind, isRequired, control, problem };
    });
  }

  get names(): readonly string[] {
    return this.#fields.map(({ name }) => name);
  }

  /** Shows another input. */
  show(value: Readonly<Record<string, unknown>>): void {
    for (const { name, control } of this.#fields) fill(control, value[name]);
  }

  /** What the fields say; `undefined` if something in them cannot be read, which is said beside it. */
  read(): Readonly<Record<string, unknown>> | undefined {
    const value: Record<string, unknown> = {};
    const problems = new Map<string, string>();
    for (const { name, kind, isRequired, control } of this.#fields) {
      try {
        const member = valueOf(kind, control.value);
        if (member !== undefined) value[name] = member;
        else if (isRequired) problems.set(name, kind === 'text' ? 'This is needed.' : 'A value is needed.');
      } catch (error) {
        problems.set(name, (error as Error).message);
      }
    }
    this.say(problems);
    return problems.size > 0 ? undefined : value;
  }

  /** Says problems beside the fields they are about, takes all others away, and goes to the first. */
  say(problems: ReadonlyMap<string, string>): void {
    let isFirst = true;
    for (const { name, control, problem } of this.#fields) {
      const text = problems.get(name) ?? '';
      setText(problem, text);
      control.setAttribute('aria-invalid', String(text !== ''));
      if (text !== '' && isFirst) control.focus();
      if (text !== '') isFirst = false;
    }
  }
}

function controlOf(
  kind: FieldKind,
  { enum: choices = [], minimum, maximum, maxLength, type }: InputSchema,
  attributes: Readonly<Record<string, string>>,
): Control {
  if (kind === 'number') {
    const step = type === 'integer' ? 1 : 'any';
    // Not type=number: that hides what cannot be read, so nobody could be told.
    return element('input', {
      ...attributes,
      inputmode: step === 1 ? 'numeric' : 'decimal',
      min: minimum,
      max: maximum,
    });
  }
  if (kind === 'choice' || kind === 'switch') {
    const options = kind === 'switch' ? ['true', 'false'] : choices.map(String);
    return element(
      'select',
      attributes,
      element('option', { value: '' }, '–'),
      ...options.map(value => element('option', { value }, kind === 'switch' ? YES_NO[value]! : value)),
    );
  }
  const isLine = kind === 'text' && maxLength !== undefined && maxLength <= 120;
  if (isLine) return element('input', { ...attributes, maxlength: maxLength, autocomplete: 'off' });
  const rows = kind === 'text' ? 2 : 4;
  const spelled = kind === 'text' ? {} : { class: 'json', spellcheck: 'false' };
  return element('textarea', { ...attributes, ...spelled, rows, autocomplete: 'off' });
}

const YES_NO: Readonly<Record<string, string>> = { true: 'yes', false: 'no' };

function fill(control: Control, value: unknown): void {
  control.value = typeof value === 'string' ? value : (JSON.stringify(value, undefined, 2) ?? '');
}

function aboutOf(kind: FieldKind, { description = '', minimum, maximum, type }: InputSchema): string {
  if (kind === 'json') return description === '' ? 'As JSON.' : `${description} As JSON.`;
  if (kind !== 'number') return description;
  const word = type === 'integer' ? 'A whole number' : 'A number';
  // Schemas of whole numbers say the largest there is, which helps nobody.
  const from = minimum !== undefined && minimum > -Number.MAX_SAFE_INTEGER ? ` from ${minimum}` : '';
  const to = maximum !== undefined && maximum < Number.MAX_SAFE_INTEGER ? ` to ${maximum}` : '';
  return description === '' ? `${word}${from}${to}.` : description;
}
