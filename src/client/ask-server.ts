import { Exchange } from './exchange.ts';
import type { StreamSettings } from './options.ts';
import { parseJson } from './parse-json.ts';
import { badResponse, sendRequest } from './send-request.ts';

/** What a server answered; `body` is not checked, and `undefined` if there is none. */
export interface Answer {
  readonly status: number;
  readonly body: unknown;
}

/**
 * Sends one request whose answer is JSON. Rejects like {@link sendRequest}, with `BAD_RESPONSE` for what is no JSON, and
 * with `CONNECTION_LOST` if the answer is not all there after `timeout`, or when `stop` aborts.
 */
export function askServer(
  url: URL,
  init: RequestInit,
  settings: StreamSettings,
  stop?: AbortSignal,
): Promise<Answer> {
  const { clock, timeout } = settings;
  const exchange = new Exchange(url, clock);
  const giveUp = (): void => exchange.giveUp('the client has given up');
  stop?.addEventListener('abort', giveUp);
  const late = (): string => `no answer within ${timeout / 1_000} s`;
  return exchange
    .wait(timeout, late, signal => answerOf(url, { ...init, signal }, settings))
    .finally(() => stop?.removeEventListener('abort', giveUp));
}

async function answerOf(url: URL, init: RequestInit, settings: StreamSettings): Promise<Answer> {
  const response = await sendRequest(url, { accept: 'application/json', ...init }, settings);
  const { status } = response;
  const text = await response.text();
  const body = parseJson(text);
  if (body !== undefined || status === 204) return { status, body };
  throw badResponse(url, `expected JSON, got ${JSON.stringify(text.slice(0, 80))}`, { status });
}
