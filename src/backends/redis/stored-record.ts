import type { RunChange, RunRecord } from '../backend.ts';

/** What may change has a field of its own, so that two changes at once harm none of each other's. */
const CHANGING = ['status', 'endedAt', 'error', 'reason', 'output', 'owner'] as const;

/** The fields of the head that make a record, as `recordOf` takes their values. */
export const RECORD_FIELDS: readonly string[] = ['j', '.updatedAt', ...CHANGING.map(name => `.${name}`)];

/** A record as fields and values. */
export function fieldsOf(record: RunRecord): string[] {
  const { updatedAt, status, endedAt, error, reason, output, owner, ...fixed } = record;
  const change = { status, endedAt, error, reason, output, owner };
  return ['j', JSON.stringify(fixed), '.updatedAt', JSON.stringify(updatedAt), ...changeOf(change, false)];
}

/** A change as fields and values; an empty value takes the field away. */
export function changeOf(change: RunChange, withNone = true): string[] {
  const fields: string[] = [];
  for (const name of CHANGING) {
    if (!(name in change)) continue;
    const value = change[name];
    if (value !== undefined) fields.push(`.${name}`, JSON.stringify(value));
    else if (withNone) fields.push(`.${name}`, '');
  }
  return fields;
}

/** The record that values of {@link RECORD_FIELDS} make; `undefined` where there is none. */
export function recordOf(values: readonly (string | null)[] | null): RunRecord | undefined {
  const [fixed, updatedAt, ...changing] = values ?? [];
  if (!fixed || !updatedAt) return undefined;
  const record: Record<string, unknown> = JSON.parse(fixed) as Record<string, unknown>;
  record['updatedAt'] = JSON.parse(updatedAt) as unknown;
  CHANGING.forEach((name, at) => {
    const value = changing[at];
    if (value) record[name] = JSON.parse(value) as unknown;
  });
  return record as unknown as RunRecord;
}
