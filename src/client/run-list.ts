import type { RunStatus } from '../event/run-event.ts';
import type { RunView } from '../http/run-view.ts';
import { feedOf, type Feed, type FeedSource } from './feed.ts';
import { FrameStream } from './frame-stream.ts';
import type { StreamSettings } from './options.ts';
import { parseJson } from './parse-json.ts';
import { badResponse } from './send-request.ts';

/** Which runs to list; all that is given must match. */
export interface RunListQuery {
  readonly status?: RunStatus | readonly RunStatus[] | undefined;
  readonly threadId?: string | undefined;
  readonly agent?: string | undefined;
  readonly parentId?: string | undefined;
  readonly labels?: Readonly<Record<string, string>> | undefined;
  /** 1 to 1,000. Default: 50. */
  readonly limit?: number | undefined;
  /** `next` of the page before. */
  readonly page?: string | undefined;
}

/** Some runs, newest first. */
export interface RunListPage {
  readonly runs: readonly RunView[];
  /** Absent on the last page. */
  readonly next?: string | undefined;
}

/** How many runs there are, ended ones until they expire. */
export interface RunStats {
  readonly total: number;
  readonly byStatus: Readonly<Record<RunStatus, number>>;
}

/** What happens to a list: the list as it is, a run that is new or has changed, one that is not in it any more. */
export type RunListNews =
  | ({ readonly news: 'list' } & RunListPage)
  | { readonly news: 'run'; readonly run: RunView }
  | { readonly news: 'removed'; readonly runId: string };

/** Puts a query into an address. */
export function withQuery(
  url: URL,
  {
    labels,
    status,
    ...rest
  }: RunListQuery & { readonly name?: string | undefined; readonly before?: number | undefined },
): URL {
  for (const [name, value] of Object.entries({ ...rest, status })) {
    if (value !== undefined) url.searchParams.set(name, String(value));
  }
  for (const [name, value] of Object.entries(labels ?? {})) {
    url.searchParams.append('label', `${name}=${value}`);
  }
  return url;
}

/** A list of runs, live. Begins with the whole list, and again after each lost connection. Never ends by itself. */
export function watchRuns(address: URL, settings: StreamSettings): Feed<RunListNews> {
  return feedOf((): FeedSource<RunListNews> => {
    const stream = new FrameStream(settings, { address, url: () => address });
    return {
      take: () => {
        for (let frame = stream.take(); frame; frame = stream.take()) {
          const news = frame.data === undefined ? undefined : newsOf(address, frame.event, frame.data);
          if (news) return news;
        }
        return undefined;
      },
      more: () => stream.more(),
      close: () => stream.close(),
    };
  });
}

function newsOf(address: URL, event: string, data: string): RunListNews | undefined {
  const value = parseJson(data);
  if (value === undefined) {
    throw badResponse(address, `expected JSON in each frame, got ${JSON.stringify(data.slice(0, 80))}`);
  }
  if (event === 'runs') return { news: 'list', ...(value as RunListPage) };
  if (event === 'run') return { news: 'run', run: value as RunView };
  if (event === 'removed') return { news: 'removed', ...(value as { readonly runId: string }) };
  return undefined;
}
