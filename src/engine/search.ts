import type { Awaitable } from '../backends/awaitable.ts';
import type { ReadStep } from '../run/reader.ts';
import { checkNumber } from './check-number.ts';
import { SluiceError } from '../errors/sluice-error.ts';
import { TIME_FORMAT } from '../event/event-time.ts';
import { shownLine } from '../event/codec.ts';
import type { Entry } from '../event/entry.ts';
import { isNotice, type Notice } from '../event/notice.ts';
import type { EventSource, RunEvent } from '../event/run-event.ts';
import type { RunItem } from '../run/window.ts';

/** What to look for in one run. All that is given must match. */
export interface EventSearch {
  readonly source?: EventSource | undefined;
  /** Text that occurs in the event's `data`, upper and lower case alike. */
  readonly query?: string | undefined;
  /** RFC 3339, both included. */
  readonly since?: string | undefined;
  readonly until?: string | undefined;
  /** At most so many events, 0 to 10,000. Default: 100. */
  readonly limit?: number | undefined;
  /** `desc`: newest first; `after` is then where a former page stopped. Default: `asc`. */
  readonly order?: 'asc' | 'desc' | undefined;
}

/** One page of a search. */
export interface SearchPage<Item = RunItem> {
  /** Events that matched, and notices, each at its place. */
  readonly items: readonly Item[];
  /** Where the search got to; the next page begins after it. */
  readonly next: string | undefined;
  /** Nothing more is stored behind this page. */
  readonly atTip: boolean;
  /** The run has ended and this page reaches its end; with `desc`, its beginning. */
  readonly ended: boolean;
}

/** Pages that one search looks at before it gives back what it has. */
const MOST_PAGES = 64;

/** Whatever gives a run's events page by page. */
export interface PageReader {
  readonly cursor: string | undefined;
  read(limit: number): Awaitable<ReadStep>;
}

/**
 * Looks through a run's log from the reader's place on. Throws `BAD_REQUEST` for malformed times, `BAD_OPTION` for a
 * limit out of its range.
 */
export async function searchEntries(
  reader: PageReader,
  search: EventSearch,
): Promise<SearchPage<Entry | Notice>> {
  const limit = checkNumber('limit', search.limit, 100, { min: 0, max: 10_000, unit: 'events' });
  const matches = matcher(search);
  const items: (Entry | Notice)[] = [];
  let found = 0;
  let state: ReadStep['state'] = 'more';
  for (let page = 0; page < MOST_PAGES && state === 'more' && found < limit; page++) {
    const step = await reader.read(isNarrow(search) ? Infinity : limit - found);
    state = step.state;
    const last = step.items.at(-1);
    for (const item of step.items) {
      if (isNotice(item)) items.push(item);
      else if (matches(item)) {
        items.push(item);
        found++;
        // The reader looked further than this page reaches.
        if (found === limit && item !== last) return { items, next: item.cursor, atTip: false, ended: false };
      }
    }
  }
  return { items, next: reader.cursor, atTip: state !== 'more', ended: state === 'end' };
}

/** The same page with its events decoded. */
export function decodedPage({ items, ...rest }: SearchPage<Entry | Notice>): SearchPage {
  return { ...rest, items: items.map(item => (isNotice(item) ? item : item.event)) };
}

/** Whether events are left out, so that more must be read than will be given. */
function isNarrow({ source, query, since, until }: EventSearch): boolean {
  return source !== undefined || query !== undefined || since !== undefined || until !== undefined;
}

function matcher({ source, query, since, until }: EventSearch): (entry: Entry) => boolean {
  // As it stands in JSON: a quotation mark is one there too, with its backslash.
  const text = query === undefined ? undefined : JSON.stringify(query).slice(1, -1).toLowerCase();
  const from = timeOf('since', since);
  const to = timeOf('until', until);
  return entry => {
    if (text !== undefined && !shownLine(entry.line).toLowerCase().includes(text)) return false;
    const { event } = entry;
    // The line has the envelope too: a search for "T1" must not find every event from ten o'clock to eight at night.
    if (text !== undefined && !JSON.stringify(event.data).toLowerCase().includes(text)) return false;
    if (source !== undefined && event.source !== source) return false;
    return isWithin(event, from, to);
  };
}

function isWithin(event: RunEvent, from: number | undefined, to: number | undefined): boolean {
  if (from === undefined && to === undefined) return true;
  const at = Date.parse(event.time);
  return (from === undefined || at >= from) && (to === undefined || at <= to);
}

function timeOf(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const ms = Date.parse(text);
  if (!Number.isNaN(ms)) return ms;
  throw new SluiceError('BAD_REQUEST', `${name}: expected ${TIME_FORMAT}.`);
}
