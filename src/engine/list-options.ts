import type { RunQuery } from '../backends/backend.ts';
import { SluiceError } from '../errors/sluice-error.ts';
import { RUN_STATUSES } from '../event/schemas.ts';
import { checkNames, type OptionNames } from './check-names.ts';
import { checkNumber } from './check-number.ts';
import { DEFAULT_TENANT } from './start-options.ts';

/** Which runs to list; all that is given must match. */
export type ListOptions = Partial<RunQuery>;

const OPTIONS: OptionNames<RunQuery> = {
  ...{ tenantId: true, status: true, threadId: true, agent: true, parentId: true, labels: true },
  ...{ limit: true, page: true },
};
const STATUSES: readonly unknown[] = RUN_STATUSES;

/** Throws `BAD_OPTION`, rather than list other runs than were meant. */
export function checkListOptions(options: ListOptions): RunQuery {
  checkNames('list', options, OPTIONS);
  const { tenantId = DEFAULT_TENANT, status, limit, ...query } = options;
  if (status !== undefined && !(Array.isArray(status) && status.every(one => STATUSES.includes(one)))) {
    throw new SluiceError('BAD_OPTION', `status: expected a list of ${RUN_STATUSES.join(', ')}.`);
  }
  const checked = checkNumber('limit', limit, 50, { min: 1, max: 1_000, unit: 'runs' });
  return { ...query, tenantId, status, limit: checked };
}
