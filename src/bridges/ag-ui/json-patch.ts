import * as z from 'zod';
import type { Json } from '../../event/json.ts';

const path = z.string().regex(/^(?:\/(?:[^~/]|~[01])*)*$/);
const value = z.unknown().refine(given => given !== undefined);
const PATCH = z.array(
  z.discriminatedUnion('op', [
    ...(['add', 'replace', 'test'] as const).map(op => z.strictObject({ op: z.literal(op), path, value })),
    z.strictObject({ op: z.literal('remove'), path }),
    ...(['move', 'copy'] as const).map(op => z.strictObject({ op: z.literal(op), path, from: path })),
  ] as never),
);

/** Whether something is a JSON Patch, RFC 6902. */
export function isPatch(given: Json | undefined): given is readonly Json[] {
  return given !== undefined && PATCH.safeParse(given).success;
}
