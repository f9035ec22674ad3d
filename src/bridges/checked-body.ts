import type * as z from 'zod';
import { SluiceError } from '../errors/sluice-error.ts';
import { schemaIssues } from '../event/schema-issues.ts';
import type { BridgeRequest } from './bridge.ts';

/** The body of a request, checked. Rejects with `BAD_REQUEST`, `BODY_TOO_LARGE`. */
export async function checkedBody<Schema extends z.ZodType>(
  { json }: Pick<BridgeRequest, 'json'>,
  schema: Schema,
): Promise<z.output<Schema>> {
  const checked = schema.safeParse(await json());
  if (checked.success) return checked.data;
  const issues = schemaIssues(checked.error, { nameOf: path => path || 'body' });
  throw new SluiceError('BAD_REQUEST', `${issues.join('; ')}.`, { details: { issues } });
}
