import type { ErrorCode } from '../errors/codes.ts';
import { messageOf } from '../errors/error-text.ts';
import { SluiceError } from '../errors/sluice-error.ts';
import type { RequestOptions } from './options.ts';
import { parseJson } from './parse-json.ts';

/**
 * Sends one request, and gives the answer if it is a 2xx. Rejects with `CONNECTION_LOST` if there was none, and with
 * what the server refused it with; `details.status` says how. A 401 is asked again, once, if headers are a function.
 */
export async function sendRequest(
  url: URL,
  { accept, ...init }: RequestInit & { readonly accept: string },
  options: RequestOptions,
): Promise<Response> {
  const send = async (): Promise<Response> => {
    const { headers: source, fetch = globalThis.fetch } = options;
    try {
      const headers = new Headers(typeof source === 'function' ? await source() : source);
      headers.set('accept', accept);
      if (init.body) headers.set('content-type', 'application/json');
      return await fetch(url, { cache: 'no-store', ...init, headers });
    } catch (error) {
      throw connectionLost(url, reasonOf(error), error);
    }
  };
  let response = await send();
  if (response.status === 401 && typeof options.headers === 'function') {
    await response.body?.cancel();
    response = await send();
  }
  if (!response.ok) throw await refusalOf(url, response);
  return response;
}

/** The error of a connection that could not be made, or broke. */
export function connectionLost(url: URL, reason: string, cause?: unknown): SluiceError {
  return new SluiceError(
    'CONNECTION_LOST',
    `${nameOf(url)}: ${reason}. Start the server. Check the address, and what stands between.`,
    { cause },
  );
}

/** The error of an answer that no Sluice server gives. */
export function badResponse(
  url: URL,
  problem: string,
  details?: Readonly<Record<string, unknown>>,
): SluiceError {
  return new SluiceError(
    'BAD_RESPONSE',
    `${nameOf(url)}: ${problem}. Check the address, and what stands between.`,
    { details },
  );
}

interface Problem {
  readonly code?: unknown;
  readonly detail?: unknown;
  readonly runId?: string;
  readonly details?: object;
}

async function refusalOf(url: URL, response: Response): Promise<SluiceError> {
  const { status } = response;
  const retryAfter = Number(response.headers.get('retry-after'));
  const facts = { status, ...(retryAfter > 0 && { retryAfter: retryAfter * 1_000 }) };
  const { code, detail, runId, details } = Object(
    parseJson(await response.text().catch(() => '')),
  ) as Problem;
  if (typeof code === 'string' && typeof detail === 'string') {
    // A newer server may have codes that are not among ours; its own word says more than one that we choose.
    return new SluiceError(code as ErrorCode, detail, { runId, details: { ...details, ...facts } });
  }
  const hint = status === 401 ? ' (pass credentials in headers)' : '';
  return badResponse(url, `expected a Sluice server, got status ${status}${hint}`, facts);
}

/** Node tells what happened only in the cause. */
function reasonOf(error: unknown): string {
  const { cause } = Object(error) as { cause?: unknown };
  return messageOf(cause ? messageOf(cause) || Reflect.get(Object(cause), 'code') : error);
}

/** Without what may be a credential: user, password and query. */
function nameOf({ origin, pathname }: URL): string {
  return origin + pathname;
}
