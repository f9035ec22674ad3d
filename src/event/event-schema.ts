import * as z from 'zod';
import type { EventDefinitions } from './define-events.ts';
import { END_TYPES, EVENT_TYPES } from './event-types.ts';
import type { JsonObject } from './json.ts';
import { EVENT_SCHEMAS } from './schemas.ts';

const ENVELOPE = {
  id: { type: 'string', pattern: '^[a-z0-9]{1,24}\\.(0|[1-9][0-9]{0,15})\\.(0|[A-Za-z0-9_-]{8})$' },
  runId: { type: 'string' },
  tenantId: { type: 'string' },
  seq: { type: 'integer', minimum: 1 },
  time: { type: 'string', format: 'date-time' },
  source: { enum: ['agent', 'user', 'environment', 'runtime'] },
  node: { type: 'string' },
  cause: { type: 'integer', minimum: 1 },
  metadata: { type: 'object' },
} as const;
const REQUIRED = ['id', 'runId', 'tenantId', 'seq', 'type', 'time', 'data'];
const ENDS: readonly string[] = END_TYPES;

/**
 * JSON Schema (draft 2020-12) of an event: one alternative per type, told apart by `type`. With `definitions` the
 * custom types are those; without, any `custom:<name>` with any object. Further members are allowed everywhere.
 */
export function eventJsonSchema(definitions?: EventDefinitions): JsonObject {
  const custom = definitions?.names.map(type => eventTypeSchema(type, [definitions.schemaOf(type)!]));
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'Event',
    oneOf: [
      ...EVENT_TYPES.map(type => eventTypeSchema(type, [EVENT_SCHEMAS[type]])),
      ...(custom ?? [anyCustomSchema()]),
    ],
  };
}

/** Which JSON Schema is spoken: that of OpenAPI 3.1, or that of AsyncAPI. */
export type SchemaDraft = 'draft-2020-12' | 'draft-07';

/** JSON Schema of the events of one type, whose `data` fits any of these. Further members are allowed everywhere. */
export function eventTypeSchema(
  type: string,
  data: readonly z.ZodType[],
  draft: SchemaDraft = 'draft-2020-12',
): JsonObject {
  const shapes = data.map(schema => dataJsonSchema(schema, draft));
  return envelopeSchema(
    { const: type },
    shapes.length === 1 ? shapes[0]! : { anyOf: shapes },
    ENDS.includes(type),
  );
}

/** JSON Schema of events of users' own types; of these not, if there are some. */
export function anyCustomSchema(but: readonly string[] = []): JsonObject {
  const type = { type: 'string', pattern: '^custom:[A-Za-z_][A-Za-z0-9_.-]{0,63}$' };
  return envelopeSchema(but.length === 0 ? type : { ...type, not: { enum: but } }, { type: 'object' }, false);
}

function envelopeSchema(type: JsonObject, data: JsonObject, isEnd: boolean): JsonObject {
  const { id, runId, tenantId, seq, time, ...optional } = ENVELOPE;
  return {
    type: 'object',
    required: REQUIRED,
    properties: {
      ...{ id, runId, tenantId, seq, type, time, data },
      ...optional,
      ...(isEnd && { final: { const: true } }),
    },
  };
}

/** JSON Schema of the `data` of one type. What the schema does not know is allowed: it is kept. */
function dataJsonSchema(schema: z.ZodType, draft: SchemaDraft): JsonObject {
  const target = draft === 'draft-07' ? 'draft-7' : draft;
  // The side of the input: that of the output forbids further members.
  const options = { io: 'input', unrepresentable: 'any', target } as const;
  try {
    const { $schema: _, ...rest } = z.toJSONSchema(schema, options);
    // It stands inside of another document, where its references would lead somewhere else.
    if (!JSON.stringify(rest).includes('"$ref"')) return rest as JsonObject;
    const { $schema: __, ...whole } = z.toJSONSchema(schema, {
      ...options,
      ...{ metadata: z.registry(), cycles: 'throw' },
    });
    return whole as JsonObject;
  } catch {
    // It is recursive, or says what JSON Schema cannot.
    return { type: 'object' };
  }
}
