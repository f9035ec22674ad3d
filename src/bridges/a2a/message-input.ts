import type { Json, JsonObject } from '../../event/json.ts';
import { textOf } from './from-a2a.ts';
import type { A2aMessage } from './wire.ts';

/** Where an agent that takes an object has the text of a message, the first that its schema knows. */
export const TEXT_FIELDS = ['text', 'message', 'prompt', 'query', 'question', 'input', 'content'] as const;

/**
 * What an agent is started with: the text, where it takes text or has a field for it (see {@link TEXT_FIELDS}); the
 * data, where the message is one data part; else the text and all parts. `schema`: of the agent's input, if known.
 */
export function inputOf({ parts }: A2aMessage, schema: JsonObject | undefined): Json {
  const [only] = parts;
  if (parts.length === 1 && only?.data !== undefined) return only.data;
  const text = textOf(parts);
  const isText = text !== undefined && parts.every(part => part.text !== undefined);
  if (isText && schema === undefined) return text;
  if (isText && accepts(schema, 'string')) return text;
  const field = fieldFor(schema);
  const data = parts.flatMap(part => (isObject(part.data) ? [part.data] : []));
  if (field !== undefined)
    return Object.assign({}, ...data, text === undefined ? {} : { [field]: text }) as Json;
  return { ...(text !== undefined && { text }), parts: parts as unknown as Json };
}

/**
 * What a message answers to a question: its data where it has one data part, else its text; where the question wants
 * something else than text, what the text says as JSON, or as `yes` and `no`.
 */
export function answerOf({ parts }: A2aMessage, schema: JsonObject | undefined): Json {
  const [only] = parts;
  if (parts.length === 1 && only?.data !== undefined) return only.data;
  const text = textOf(parts);
  if (text === undefined) return parts as unknown as Json;
  if (schema === undefined || accepts(schema, 'string')) return text;
  const word = text.trim().toLowerCase();
  if (accepts(schema, 'boolean') && (word === 'yes' || word === 'no')) return word === 'yes';
  try {
    return JSON.parse(text) as Json;
  } catch {
    return text;
  }
}

function accepts(schema: JsonObject | undefined, type: string): boolean {
  const types = schema?.['type'];
  if (types === type || (Array.isArray(types) && types.includes(type))) return true;
  if (type === 'string' && Array.isArray(schema?.['enum'])) return true;
  return ['anyOf', 'oneOf'].some(name => {
    const branches = schema?.[name];
    return Array.isArray(branches) && branches.some(branch => isObject(branch) && accepts(branch, type));
  });
}

function fieldFor(schema: JsonObject | undefined): string | undefined {
  const properties = schema?.['properties'];
  return isObject(properties) ? TEXT_FIELDS.find(name => isObject(properties[name])) : undefined;
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
