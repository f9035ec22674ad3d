import { SluiceError } from '../errors/sluice-error.ts';
import type { EventSource } from '../event/run-event.ts';
import type { ReadOptions } from '../engine/run-events.ts';
import type { EventSearch } from '../engine/search.ts';
import type { Exchange } from './exchange.ts';
import { wholeParameter } from './list-query.ts';
import { LineFeed, linesOf, wireItem, type FoundPage } from './line-feed.ts';
import { linesReply, textReply, type Reply } from './reply.ts';
import { eventsUrl } from './run-view.ts';

/** Parameters that look for events; a stream has none of them. */
export const SEARCH_PARAMETERS = ['source', 'q', 'since', 'until', 'order', 'limit'] as const;

const SOURCES: readonly string[] = ['agent', 'user', 'environment', 'runtime'] satisfies EventSource[];

/** Events that one page of a whole log has at the most. The largest there are make 16 MB of it. */
const LINES = 128;

/**
 * The stored events of a run: as JSON one page, `{items, next, ended}`; as lines all there are, or with `limit` one page
 * and the address of the next in the `link` header.
 */
export async function pageReply(
  exchange: Exchange,
  runId: string,
  { after, isLines }: { readonly after: string; readonly isLines: boolean },
): Promise<Reply> {
  const { engine, query, tenantId, settings } = exchange;
  const search = { ...searchOf(query), filter: query.get('filter') ?? undefined, tenantId };
  if (isLines && search.limit === undefined) return wholeLog(exchange, runId, { ...search, after });
  const page = await engine.events.searchEntries(runId, { ...search, after });
  const next = page.next ?? 'start';
  if (!isLines) {
    const items = page.items.map(wireItem).join(',');
    return textReply(200, `{"items":[${items}],"next":"${next}","ended":${page.ended}}`);
  }
  const rest = new URLSearchParams(query);
  rest.set('after', next);
  return textReply(200, linesOf(page.items), {
    ...LINES_HEADERS,
    ...(!page.ended && { link: `<${eventsUrl(runId, settings.basePath)}?${rest}>; rel="next"` }),
  });
}

const LINES_HEADERS = { 'content-type': 'application/x-ndjson' };

/** What is stored by now, however much that is: what a producer adds meanwhile would never end. */
async function wholeLog(
  { engine }: Exchange,
  runId: string,
  search: ReadOptions & EventSearch & { readonly after: string },
): Promise<Reply> {
  let tip = search.order === 'desc' ? Infinity : (await engine.events.tip(runId, search)).seq;
  const find = async (after: string): Promise<FoundPage> => {
    const page = await engine.events.searchEntries(runId, { ...search, after, limit: LINES });
    // Another life of the run has numbers of its own.
    if (page.items.some(item => 'notice' in item && item.notice === 'reset')) tip = Infinity;
    return { ...page, isLast: page.atTip || seqOf(page.next) >= tip };
  };
  const first = await find(search.after);
  if (first.isLast) return textReply(200, linesOf(first.items), LINES_HEADERS);
  return linesReply(new LineFeed(find, first), LINES_HEADERS);
}

/** The seq of a cursor, or a bare one. */
function seqOf(place: string | undefined): number {
  const [first, second = first] = place?.split('.') ?? [];
  return second === undefined ? 0 : Number(second);
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
