import type * as z from 'zod';
import type { EventDefinitions } from '../event/define-events.ts';

/** The event types of users' own that runs of an engine may have. */
export interface CustomTypes {
  /** What its declarations and those of its agents say of each; two agents may mean different things by one name. */
  readonly declared: ReadonlyMap<string, readonly z.ZodType[]>;
  /** Runs that nothing is declared for may have any others. */
  readonly allowsOthers: boolean;
}

/** What an engine with these declarations, and agents with those, may have. */
export function customTypesOf(
  own: EventDefinitions | undefined,
  ofAgents: Iterable<{ readonly events?: EventDefinitions | undefined }>,
): CustomTypes {
  const declared = new Map<string, readonly z.ZodType[]>();
  for (const definitions of [own, ...[...ofAgents].map(({ events }) => events)]) {
    for (const type of definitions?.names ?? []) {
      const schema = definitions!.schemaOf(type)!;
      const known = declared.get(type) ?? [];
      if (!known.includes(schema)) declared.set(type, [...known, schema]);
    }
  }
  return { declared, allowsOthers: own === undefined };
}
