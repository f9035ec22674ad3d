import type { Notice, RunEvent } from '../client/index.ts';
import { fetchJson } from './server.ts';

/** Stored events in their order, with notices at their places. */
export interface EventPage {
  readonly items: readonly (RunEvent | Notice)[];
  /** Nothing more is stored in the direction that was read. */
  readonly isLast: boolean;
  /** Where the next page begins. */
  readonly next: string | undefined;
}

interface Answer {
  readonly items: readonly (RunEvent | Notice)[];
  readonly next?: string;
  readonly ended: boolean;
}

/** The newest events that are older than `before`, or than all that are to come. Rejects like `fetch`, and for whatever is no 2xx. */
export async function pageBefore(runId: string, before: number | 'now', limit: number): Promise<EventPage> {
  const { items, ended, next } = await ask(runId, `order=desc&after=${before}&limit=${limit}`);
  return { items: items.toReversed(), isLast: ended || items.length === 0, next };
}

/** The first events behind a cursor, or `start`. Rejects likewise. */
export async function pageAfter(runId: string, after: string, limit: number): Promise<EventPage> {
  const { items, ended, next } = await ask(runId, `after=${after}&limit=${limit}`);
  return { items, isLast: ended || items.length === 0, next };
}

function ask(runId: string, query: string): Promise<Answer> {
  return fetchJson(`runs/${encodeURIComponent(runId)}/events?${query}`);
}

/** The seq of a cursor, or of a bare seq; 0 if there is none. */
export function seqOf(cursor: string | undefined): number {
  const [first, second = first] = cursor?.split('.') ?? [];
  return Number(second) || 0;
}
