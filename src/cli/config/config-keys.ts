import * as z from 'zod';
import { CONFIG } from './config-schema.ts';

/** One setting of a file, as a table shows it. */
export interface ConfigKey {
  /** Such as `auth.jwt.issuer`. */
  readonly key: string;
  readonly about: string;
  readonly default: string;
  readonly flag: string;
  readonly env: string;
}

/** All settings, in the order of the schema. */
export function configKeys(): readonly ConfigKey[] {
  return keysIn(CONFIG, '');
}

/** What may stand in the group at `path`; empty where there is none. */
export function namesIn(path: readonly PropertyKey[]): readonly string[] {
  let schema: z.core.$ZodType | undefined = CONFIG;
  for (const name of path) schema = shapeOf(schema)?.[String(name)];
  return Object.keys(shapeOf(schema) ?? {});
}

function keysIn(schema: z.core.$ZodType, key: string): ConfigKey[] {
  const shape = shapeOf(schema);
  if (shape)
    return Object.entries(shape).flatMap(([name, inner]) =>
      keysIn(inner, key === '' ? name : `${key}.${name}`),
    );
  const { description = '', ...meta } = z.globalRegistry.get(schema) ?? {};
  const said = (name: string): string => (typeof meta[name] === 'string' ? meta[name] : '');
  return [{ key, about: description, default: said('default'), flag: said('flag'), env: said('env') }];
}

function shapeOf(schema: z.core.$ZodType | undefined): Readonly<Record<string, z.core.$ZodType>> | undefined {
  if (schema instanceof z.ZodObject) return schema.shape;
  if (schema instanceof z.ZodOptional) return shapeOf(schema.unwrap());
  return schema instanceof z.ZodPipe ? shapeOf(schema.out) : undefined;
}
