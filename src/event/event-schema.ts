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
  const known = EVENT_TYPES.map(type =>
    alternative({ const: type }, EVENT_SCHEMAS[type], ENDS.includes(type)),
  );
  const custom = definitions?.names.map(type =>
    alternative({ const: type }, definitions.schemaOf(type), false),
  );
  const anyCustom = alternative(
    { type: 'string', pattern: '^custom:[A-Za-z_][A-Za-z0-9_.-]{0,63}$' },
    undefined,
    false,
  );
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'Event',
    oneOf: [...known, ...(custom ?? [anyCustom])],
  };
}

function alternative(type: JsonObject, data: z.ZodType | undefined, end: boolean): JsonObject {
  const { id, runId, tenantId, seq, time, ...optional } = ENVELOPE;
  return {
    type: 'object',
    required: REQUIRED,
    properties: {
      ...{ id, runId, tenantId, seq, type, time },
      data: data === undefined ? { type: 'object' } : dataJsonSchema(data),
      ...optional,
      ...(end && { final: { const: true } }),
    },
  };
}

/** JSON Schema of the `data` of one type. What the schema does not know is allowed: it is kept. */
export function dataJsonSchema(schema: z.ZodType): JsonObject {
  // The side of the input: that of the output forbids further members.
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' });
  return rest as JsonObject;
}
