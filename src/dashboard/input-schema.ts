/** A JSON Schema, as far as the form of an agent's input reads it. */
export interface InputSchema {
  readonly type?: unknown;
  readonly properties?: Readonly<Record<string, InputSchema>>;
  readonly required?: readonly string[];
  readonly enum?: readonly unknown[];
  readonly description?: string;
  readonly default?: unknown;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly maxLength?: number;
}

/** How a member of an input is asked for. */
export type FieldKind = 'text' | 'number' | 'choice' | 'switch' | 'json';

/** More members make a form that is worse than their JSON. */
const MOST_FIELDS = 12;

/** Whether an input is an object whose members can be asked for one by one. */
export function hasFields(schema: InputSchema | undefined): schema is InputSchema & {
  readonly properties: Readonly<Record<string, InputSchema>>;
} {
  const names = Object.keys(schema?.properties ?? {});
  return schema?.type === 'object' && names.length > 0 && names.length <= MOST_FIELDS;
}

export function kindOf({ type, enum: choices }: InputSchema): FieldKind {
  if (choices && choices.every(choice => typeof choice === 'string')) return 'choice';
  if (type === 'string') return 'text';
  if (type === 'number' || type === 'integer') return 'number';
  return type === 'boolean' ? 'switch' : 'json';
}

/** What a field says, as a value; `undefined` where it says nothing. Throws an `Error` whose message is for people. */
export function valueOf(kind: FieldKind, text: string): unknown {
  if (text === '') return undefined;
  if (kind === 'number') {
    const value = Number(text);
    if (Number.isNaN(value)) throw new Error('Expected a number.');
    return value;
  }
  if (kind === 'switch') return text === 'true';
  return kind === 'json' ? parsed(text) : text;
}

/** What of a refused input belongs to which member: the server says `input.name: what is wrong`. */
export function problemsByField(issues: readonly string[], fields: readonly string[]): Map<string, string> {
  const found = new Map<string, string>();
  for (const issue of issues) {
    const [, field = '', rest = '', problem = ''] = /^input\.([^.:]+)([^:]*): ([^]*)$/.exec(issue) ?? [];
    const [place, text] = fields.includes(field)
      ? [field, rest ? `${rest.slice(1)}: ${problem}` : problem]
      : ['', issue];
    const former = found.get(place);
    found.set(place, former === undefined ? text : `${former}; ${text}`);
  }
  return found;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    throw new Error(`This is not JSON. ${(error as Error).message}`, { cause: error });
  }
}
