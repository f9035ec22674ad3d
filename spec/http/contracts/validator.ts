import { Ajv2020, type AnySchema, type ValidateFunction } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';

/** A document of OpenAPI, as far as specs look into it. */
export interface OpenApiDocument {
  readonly openapi: string;
  readonly servers: readonly { readonly url: string }[];
  readonly paths: Readonly<Record<string, Readonly<Record<string, OpenApiOperation>>>>;
  readonly components: {
    readonly schemas: Readonly<Record<string, object>>;
    readonly securitySchemes?: Readonly<Record<string, object>>;
  };
}

export interface OpenApiOperation {
  readonly operationId: string;
  readonly parameters?: readonly { readonly name: string; readonly in: string }[];
  readonly requestBody?: { readonly required: boolean; readonly content: Content };
  readonly responses: Readonly<Record<string, { readonly content?: Content }>>;
  readonly security?: readonly Readonly<Record<string, readonly string[]>>[];
}

type Content = Readonly<Record<string, { readonly schema: AnySchema }>>;

const METHODS = ['get', 'post', 'delete'];

/** The operations of one path, by method. */
export function operationsAt(document: OpenApiDocument, path: string): [string, OpenApiOperation][] {
  return Object.entries(document.paths[path]!).filter(([method]) => METHODS.includes(method));
}

/**
 * Checks answers against a document, more strictly than the document asks for: a member that no schema names is a fault,
 * since whoever reads the document would not know of it.
 */
export class AnswerCheck {
  readonly #document: OpenApiDocument;
  readonly #ajv = new Ajv2020({ strict: false, allErrors: true });
  readonly #made = new Map<AnySchema, ValidateFunction>();

  constructor(document: OpenApiDocument) {
    this.#document = document;
    addFormats.default(this.#ajv);
    this.#ajv.addSchema({
      $id: 'http://sluice.test/doc',
      components: closed(document.components),
    });
  }

  /** What is wrong with an answer; nothing if it is as documented. */
  faults(path: string, method: string, answer: { status: number; type: string; body: unknown }): unknown[] {
    const { responses = {} } = this.#document.paths[path]?.[method.toLowerCase()] ?? {};
    const documented = responses[answer.status] ?? responses['default'];
    if (!documented) return [`${method} ${path}: ${answer.status} is not documented`];
    const { content } = documented;
    if (content === undefined) return answer.type === '' ? [] : [`${answer.type}, expected no body`];
    const found = content[answer.type.split(';')[0]!];
    if (!found) return [`${answer.type} is not documented`];
    if (!answer.type.includes('json') || answer.type.includes('ndjson')) return [];
    const validate = this.#validator(found.schema);
    return validate(answer.body) ? [] : (validate.errors ?? []);
  }

  #validator(schema: AnySchema): ValidateFunction {
    const made = this.#made.get(schema) ?? this.#ajv.compile(rooted(closed(schema)) as AnySchema);
    this.#made.set(schema, made);
    return made;
  }
}

/** References lead into the document. */
function rooted(schema: unknown): unknown {
  return JSON.parse(
    JSON.stringify(schema).replaceAll('"#/components/', '"http://sluice.test/doc#/components/'),
  ) as unknown;
}

/** The same, with no members but those that are named. An event keeps what it does not know. */
function closed(schema: unknown, name = ''): unknown {
  if (Array.isArray(schema)) return schema.map(part => closed(part));
  if (typeof schema !== 'object' || schema === null || name === 'Event') return schema;
  const parts = Object.fromEntries(Object.entries(schema).map(([key, part]) => [key, closed(part, key)]));
  const isObject = parts['type'] === 'object' && 'properties' in parts && !('additionalProperties' in parts);
  return isObject ? { ...parts, additionalProperties: false } : parts;
}
