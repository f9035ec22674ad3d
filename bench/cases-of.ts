import type { Case, Row } from './row.ts';

/** What the base and Sluice are called among the cases of a row. */
export const BASE = 'base';
export const OURS = 'sluice';

export function casesOf({ base, ours, others }: Row): ReadonlyMap<string, Case> {
  return new Map([[BASE, base], [OURS, ours], ...Object.entries(others)]);
}
