import { createClient, isSluiceError } from '../client/index.ts';
import { BASE, session } from './session.ts';

/** How streams of the page are kept open; milliseconds. Somebody waits, so it tries again soon. */
export const PATIENCE = { retryDelay: 400, maxRetryDelay: 8_000 };

/** The server that the page came from. */
export const server = createClient(BASE, { fetch: session.fetch });

/** The address of something on the server, for people to copy. */
export function addressOf(path: string): string {
  return new URL(path, BASE).href;
}

/** What somebody is told when the server refused something, or did not answer. */
export function problemOf(error: unknown): string {
  if (isSluiceError(error, 'CONNECTION_LOST')) return 'The server cannot be reached just now.';
  return error instanceof Error ? error.message : String(error);
}

/** Asks the server for JSON that its client does not know. Rejects like `fetch`, and for whatever is no 2xx. */
export async function fetchJson<Body>(path: string): Promise<Body> {
  const response = await session.fetch(new URL(path, BASE), { headers: { accept: 'application/json' } });
  if (!response.ok) throw new Error(`The server answered ${response.status}.`);
  return (await response.json()) as Body;
}
