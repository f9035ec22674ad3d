import { element } from './element.ts';

type Schema = Readonly<Record<string, unknown>> | undefined;

/** What somebody answers a question with. */
export interface AskControls {
  readonly controls: readonly HTMLElement[];
  /** What the controls say now; `problem` where that is no answer. Absent where each control is an answer. */
  readonly read?: () => { readonly value: unknown } | { readonly problem: string };
}

/** Choices up to this many are buttons. */
const MOST_BUTTONS = 6;

/** The controls that fit a JSON Schema; `choose` is told the value of a choice that is an answer by itself. */
export function askControls(question: string, schema: Schema, choose: (value: unknown) => void): AskControls {
  const choices = choicesOf(schema);
  if (choices && choices.length <= MOST_BUTTONS) return choiceButtons(choices, choose);
  if (choices) return choiceList(question, choices);
  switch (schema?.['type']) {
    case 'number':
    case 'integer':
      return numberField(question, schema);
    case 'object':
    case 'array':
      return jsonField(question, schema);
    default:
      return textField(question, schema);
  }
}

interface Choice {
  readonly label: string;
  readonly value: unknown;
}

/** The values a schema allows, if it counts them. */
function choicesOf(schema: Schema): readonly Choice[] | undefined {
  if (schema?.['type'] === 'boolean') {
    return [
      { label: 'Yes', value: true },
      { label: 'No', value: false },
    ];
  }
  const values: unknown = schema?.['enum'];
  if (Array.isArray(values)) return values.map((value: unknown) => ({ label: labelOf(value), value }));
  const parts: unknown = schema?.['anyOf'] ?? schema?.['oneOf'];
  if (!Array.isArray(parts) || parts.length === 0) return undefined;
  const constants = parts as readonly { readonly const?: unknown; readonly title?: string }[];
  return constants.every(part => part.const !== undefined)
    ? constants.map(({ const: value, title }) => ({ label: title ?? labelOf(value), value }))
    : undefined;
}

function labelOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function choiceButtons(choices: readonly Choice[], choose: (value: unknown) => void): AskControls {
  return {
    controls: choices.map(({ label, value }, at) => {
      const button = element('button', { type: 'button', class: at === 0 ? 'primary' : undefined }, label);
      button.addEventListener('click', () => choose(value));
      return button;
    }),
  };
}

function choiceList(question: string, choices: readonly Choice[]): AskControls {
  const list = element(
    'select',
    { 'aria-label': question },
    ...choices.map(({ label }, at) => element('option', { value: at }, label)),
  );
  return { controls: [list], read: () => ({ value: choices[Number(list.value)]?.value }) };
}

function numberField(question: string, schema: Schema): AskControls {
  const isWhole = schema?.['type'] === 'integer';
  const field = element('input', {
    'aria-label': question,
    ...{ type: 'number', step: isWhole ? '1' : 'any', required: true, autocomplete: 'off' },
    ...{ min: numberOf(schema?.['minimum']), max: numberOf(schema?.['maximum']) },
  });
  return { controls: [field], read: () => ({ value: field.valueAsNumber }) };
}

/** Bounds that say no more than what a number can be are left out. */
function numberOf(bound: unknown): number | undefined {
  return typeof bound === 'number' && Math.abs(bound) < Number.MAX_SAFE_INTEGER ? bound : undefined;
}

function textField(question: string, schema: Schema): AskControls {
  const field = element('textarea', { 'aria-label': question, rows: 1, autocomplete: 'off' });
  // Enter answers, as in a chat; Shift and Enter make a line.
  field.addEventListener('keydown', event => {
    if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    field.form?.requestSubmit();
  });
  return { controls: [field], read: () => ({ value: textOrJson(field.value, schema) }) };
}

/** Text where text is asked for or nothing is said, else JSON where it is JSON. */
function textOrJson(text: string, schema: Schema): unknown {
  if (schema === undefined || schema['type'] === 'string') return text;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function jsonField(question: string, schema: Schema): AskControls {
  const field = element('textarea', {
    'aria-label': `${question} (JSON)`,
    ...{ class: 'json', rows: 6, spellcheck: 'false', autocomplete: 'off' },
  });
  field.value = JSON.stringify(exampleOf(schema), undefined, 2);
  return {
    controls: [field],
    read: () => {
      try {
        return { value: JSON.parse(field.value) as unknown };
      } catch (error) {
        return { problem: `This is not JSON. ${(error as Error).message}` };
      }
    },
  };
}

/** Something of the right shape to begin with. */
function exampleOf(schema: Schema): unknown {
  if (schema?.['default'] !== undefined) return schema['default'];
  switch (schema?.['type']) {
    case 'object':
      return Object.fromEntries(
        Object.entries((schema['properties'] ?? {}) as Readonly<Record<string, Schema>>).map(
          ([name, member]) => [name, exampleOf(member)],
        ),
      );
    case 'array':
      return [];
    case 'number':
    case 'integer':
      return 0;
    case 'boolean':
      return false;
    default:
      return '';
  }
}
