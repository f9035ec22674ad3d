import type * as z from 'zod';
import { SluiceError } from '../errors/sluice-error.ts';
import { isCustomType } from './event-types.ts';
import type { CustomEvents, CustomType } from './run-event.ts';
import { isZodSchema } from './zod-schema.ts';

/** The custom types of an application and the schemas of their `data`. Made by {@link defineEvents}. */
export interface EventDefinitions<Custom extends CustomEvents = CustomEvents> {
  /** The declared types, `custom:` included, in the order of declaration. */
  readonly names: readonly (keyof Custom & CustomType)[];
  readonly schemas: { readonly [Type in keyof Custom]: z.ZodType<unknown, Custom[Type]> };
  /** The schema of a declared type; `undefined` for any other. */
  schemaOf(type: string): z.ZodType | undefined;
}

/** What the custom types of some definitions hold: `RunEvent<CustomOf<typeof events>>`. */
export type CustomOf<Definitions> = Definitions extends EventDefinitions<infer Custom> ? Custom : never;

/**
 * Declares custom event types: their names and what their `data` holds. Data is checked by the schema and kept
 * as it was given: transforms and defaults of a schema change nothing, unknown members stay.
 *
 * ```ts
 * const events = defineEvents({ 'custom:fraud': z.object({ score: z.number() }) });
 * ```
 *
 * Throws `BAD_OPTION` for names that are not `custom:` and 1 to 64 characters `[A-Za-z_][A-Za-z0-9_.-]*`, and for
 * anything but zod schemas.
 */
export function defineEvents<const Schemas extends { readonly [Type in CustomType]: z.ZodType }>(
  schemas: Schemas & { readonly [Type in Exclude<keyof Schemas, CustomType>]: never },
): EventDefinitions<{ readonly [Type in keyof Schemas & CustomType]: z.input<Schemas[Type]> }> {
  for (const [name, schema] of Object.entries<unknown>(schemas)) {
    if (!isCustomType(name)) {
      throw badDefinition(name, 'expected "custom:" and a name of 1 to 64 letters, digits, "_", "." or "-"');
    }
    if (!isZodSchema(schema)) throw badDefinition(name, 'expected a zod schema');
  }
  type Custom = { readonly [Type in keyof Schemas & CustomType]: z.input<Schemas[Type]> };
  const kept = new Map<string, z.ZodType>(Object.entries(schemas));
  return {
    names: [...kept.keys()] as (keyof Custom & CustomType)[],
    schemas: Object.fromEntries(kept) as EventDefinitions<Custom>['schemas'],
    schemaOf: type => kept.get(type),
  };
}

function badDefinition(name: string, problem: string): SluiceError {
  return new SluiceError('BAD_OPTION', `events: ${JSON.stringify(name.slice(0, 100))}: ${problem}.`);
}
