import { SluiceError, type ErrorCode } from '../index.ts';
import type { AnyItem } from './run-printer.ts';
import type { Server } from './server-address.ts';

/** Events in one page. */
const PAGE = 500;

export interface StoredOptions {
  /** A cursor, `start`, or a seq. Default: `start`. */
  readonly after?: string | undefined;
  readonly filter?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

interface Page {
  readonly items: readonly AnyItem[];
  readonly next: string;
  readonly ended: boolean;
}

/**
 * What is stored of a run, in order, and then the end: what is written from now on is not waited for. Cold. Fails with
 * what the server refuses, with `CONNECTION_LOST` and `BAD_RESPONSE`. Memory: one page of events.
 */
export async function* storedItems(
  server: Server,
  runId: string,
  { after = 'start', filter, signal }: StoredOptions = {},
): AsyncGenerator<AnyItem> {
  const url = server.client.eventsUrl(runId);
  const tip = seqOf((await askJson<{ cursor: string }>(server, offsetOf(url), signal)).cursor);
  if (after === 'now') return;
  url.searchParams.set('limit', String(PAGE));
  if (filter !== undefined) url.searchParams.set('filter', filter);
  for (let place = after; ;) {
    url.searchParams.set('after', place);
    const { items, next, ended } = await askJson<Page>(server, url, signal);
    yield* items;
    // A page may be empty and not the last one: a filter looks through much.
    if (ended || next === place || seqOf(next) >= tip) return;
    place = next;
  }
}

function offsetOf(events: URL): URL {
  return new URL(events.href.replace(/\/events$/, '/offset'));
}

function seqOf(cursor: string): number {
  const parts = cursor.split('.');
  return Number(parts[1] ?? parts[0]) || 0;
}

async function askJson<Body extends object>(
  server: Server,
  url: URL,
  signal: AbortSignal | undefined,
): Promise<Body> {
  const response = await fetch(url, {
    headers: { ...server.headers, accept: 'application/json' },
    ...(signal && { signal }),
  }).catch((cause: unknown) => {
    const { cause: reason = cause } = Object(cause) as { cause?: unknown };
    throw new SluiceError(
      'CONNECTION_LOST',
      `${server.url}: ${String(reason)}. Start the server, or check the address and what stands between.`,
      { cause },
    );
  });
  const { status } = response;
  const body = Object(await response.json().catch(() => undefined)) as Body & Problem;
  if (response.ok && ('cursor' in body || 'items' in body)) return body;
  if (body.code === undefined || body.detail === undefined) {
    throw new SluiceError(
      'BAD_RESPONSE',
      `${server.url}: expected a Sluice server, got something else (status ${status}). Check the address, and what stands between.`,
      { details: { status } },
    );
  }
  throw new SluiceError(body.code, body.detail, { runId: body.runId, details: { ...body.details, status } });
}

interface Problem {
  readonly code?: ErrorCode;
  readonly detail?: string;
  readonly runId?: string;
  readonly details?: object;
}
