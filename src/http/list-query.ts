import type { RunRecord } from '../backends/backend.ts';
import { SluiceError } from '../errors/sluice-error.ts';
import type { RunStatus } from '../event/run-event.ts';
import { RUN_STATUSES } from '../event/schemas.ts';
import type { ListOptions } from '../engine/list-options.ts';

/**
 * Which runs a request lists: `?status=running,waiting&threadId=&agent=&parentId=&label=name=value&limit=&page=`.
 * `status` and `label` may come several times; all labels must match. Throws `BAD_REQUEST`.
 */
export function listQuery(query: URLSearchParams): ListOptions {
  const limit = wholeParameter(query, 'limit', { min: 1, max: 1_000 });
  const status = query
    .getAll('status')
    .flatMap(text => text.split(','))
    .filter(text => text !== '');
  const stranger = status.find(text => !(RUN_STATUSES as readonly string[]).includes(text));
  if (stranger !== undefined) {
    throw new SluiceError(
      'BAD_REQUEST',
      `status: expected ${RUN_STATUSES.join(', ')}, got ${JSON.stringify(stranger.slice(0, 40))}.`,
    );
  }
  const labels = query.getAll('label').map(labelOf);
  return {
    status: status.length > 0 ? (status as RunStatus[]) : undefined,
    threadId: query.get('threadId') ?? undefined,
    agent: query.get('agent') ?? undefined,
    parentId: query.get('parentId') ?? undefined,
    labels: labels.length > 0 ? Object.fromEntries(labels) : undefined,
    ...(limit !== undefined && { limit }),
    page: query.get('page') ?? undefined,
  };
}

/** Whether a run belongs into the list. */
export function matchesQuery(
  record: RunRecord,
  { status, threadId, agent, parentId, labels }: ListOptions,
): boolean {
  return (
    (status === undefined || status.includes(record.status)) &&
    (threadId === undefined || record.threadId === threadId) &&
    (agent === undefined || record.agent === agent) &&
    (parentId === undefined || record.parentId === parentId) &&
    (labels === undefined || Object.entries(labels).every(([name, value]) => record.labels?.[name] === value))
  );
}

/** A whole number among the parameters. Throws `BAD_REQUEST`. */
export function wholeParameter(
  query: URLSearchParams,
  name: string,
  { min, max }: { readonly min: number; readonly max: number },
): number | undefined {
  const text = query.get(name);
  if (text === null) return undefined;
  if (/^\d{1,9}$/.test(text) && Number(text) >= min && Number(text) <= max) return Number(text);
  throw new SluiceError('BAD_REQUEST', `${name}: expected a whole number from ${min} to ${max}.`);
}

function labelOf(text: string): [string, string] {
  const at = text.indexOf('=');
  if (at > 0) return [text.slice(0, at), text.slice(at + 1)];
  throw new SluiceError('BAD_REQUEST', 'label: expected name=value.');
}
