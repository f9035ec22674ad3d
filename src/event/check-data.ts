import type * as z from 'zod';
import { SluiceError } from '../errors/sluice-error.ts';
import type { EventDefinitions } from './define-events.ts';
import { EVENT_TYPES, isCustomType, isEventType } from './event-types.ts';
import { EVENT_SCHEMAS } from './schemas.ts';

/**
 * Checks `data` against the schema of its type, and leaves it as it is. With `definitions` custom types must be
 * among them; without, any custom type may hold any JSON object.
 *
 * Throws `BAD_EVENT`: for a type that does not exist, listing those that do, and for data that does not match,
 * naming each path and what was expected there.
 */
export function checkData(type: string, data: unknown, definitions?: EventDefinitions): void {
  const schema = schemaFor(type, definitions);
  if (schema === undefined) return;
  const result = schema.safeParse(data);
  if (result.success) return;
  const problems = result.error.issues.slice(0, 8).map(issue => {
    const path = ['data', ...issue.path.map(String)].join('.').slice(0, 200);
    return { path, expected: issue.message };
  });
  throw new SluiceError(
    'BAD_EVENT',
    `${type}: ${problems.map(({ path, expected }) => `${path}: ${expected}`).join('; ')}.`,
    { details: { problems } },
  );
}

function schemaFor(type: string, definitions: EventDefinitions | undefined): z.ZodType | undefined {
  if (isEventType(type)) return EVENT_SCHEMAS[type];
  const declared = definitions?.schemaOf(type);
  if (declared !== undefined) return declared;
  if (isCustomType(type) && definitions === undefined) return undefined;
  const known = [...EVENT_TYPES, ...(definitions?.names ?? ['custom:<name>'])];
  throw new SluiceError(
    'BAD_EVENT',
    `event: there is no type ${JSON.stringify(type.slice(0, 100))}. Types: ${known.join(', ')}.`,
    { details: { known } },
  );
}
