import { SluiceError } from '../errors/sluice-error.ts';
import { wireLine } from '../event/codec.ts';
import type { Entry } from '../event/entry.ts';
import { isNotice, type Notice } from '../event/notice.ts';
import type { EventSource } from '../event/run-event.ts';
import type { EventSearch } from '../engine/search.ts';
import type { Exchange } from './exchange.ts';
import { wholeParameter } from './list-query.ts';
import { textReply, type Reply } from './reply.ts';
import { eventsUrl } from './run-view.ts';

/** Parameters that look for events; a stream has none of them. */
export const SEARCH_PARAMETERS = ['source', 'q', 'since', 'until', 'order', 'limit'] as const;

const SOURCES: readonly string[] = ['agent', 'user', 'environment', 'runtime'] satisfies EventSource[];

/**
 * One page of a run's events: `{items, next, ended}`, or with `isLines` one item a line and the next page in the
 * `link` header. Stored lines are spliced, never parsed.
 */
export async function pageReply(
  { engine, query, tenantId, settings }: Exchange,
  runId: string,
  { after, isLines }: { readonly after: string; readonly isLines: boolean },
): Promise<Reply> {
  const filter = query.get('filter') ?? undefined;
  const page = await engine.events.searchEntries(runId, { ...searchOf(query), after, filter, tenantId });
  const items = page.items.map(wireItem);
  const next = page.next ?? 'start';
  if (!isLines) {
    return textReply(200, `{"items":[${items.join(',')}],"next":"${next}","ended":${page.ended}}`);
  }
  const rest = new URLSearchParams(query);
  rest.set('after', next);
  return textReply(200, items.map(item => `${item}\n`).join(''), {
    'content-type': 'application/x-ndjson',
    ...(!page.ended && { link: `<${eventsUrl(runId, settings.basePath)}?${rest}>; rel="next"` }),
  });
}

function wireItem(item: Entry | Notice): string {
  return isNotice(item) ? JSON.stringify(item) : wireLine(item.line, item.cursor);
}

function searchOf(query: URLSearchParams): EventSearch {
  const source = query.get('source') ?? undefined;
  if (source !== undefined && !SOURCES.includes(source)) {
    throw new SluiceError('BAD_REQUEST', `source: expected ${SOURCES.join(', ')}.`);
  }
  const order = query.get('order') ?? undefined;
  if (order !== undefined && order !== 'asc' && order !== 'desc') {
    throw new SluiceError('BAD_REQUEST', 'order: expected "asc" or "desc".');
  }
  return {
    source: source as EventSource | undefined,
    order,
    query: query.get('q') ?? undefined,
    since: query.get('since') ?? undefined,
    until: query.get('until') ?? undefined,
    limit: wholeParameter(query, 'limit', { min: 0, max: 10_000 }),
  };
}
