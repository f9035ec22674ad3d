import type * as z from 'zod';

/** Whether this is a schema of zod 4. By shape, since the application may hold another copy of zod. */
export function isZodSchema(schema: unknown): schema is z.ZodType {
  return typeof schema === 'object' && schema !== null && '_zod' in schema && 'safeParse' in schema;
}
