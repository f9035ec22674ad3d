import type { StreamSettings } from './options.ts';
import { badResponse, connectionLost, sendRequest } from './send-request.ts';

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
  const abort = new AbortController();
  return new Promise((resolve, reject) => {
    // What is waited for need not heed the abort.
    const giveUp = (): void => {
      reject(connectionLost(url, `no answer within ${timeout / 1_000} s`));
      abort.abort();
    };
    const stopAlarm = clock.alarm(timeout, giveUp, false);
    stop?.addEventListener('abort', giveUp);
    void answerOf(url, { ...init, signal: abort.signal }, settings)
      .then(resolve, reject)
      .finally(() => {
        stopAlarm();
        stop?.removeEventListener('abort', giveUp);
      });
  });
}

async function answerOf(url: URL, init: RequestInit, settings: StreamSettings): Promise<Answer> {
  const response = await sendRequest(url, { accept: 'application/json', ...init }, settings);
  const { status } = response;
  let text: string;
  try {
    text = await response.text();
  } catch (error) {
    throw connectionLost(url, 'the answer was cut', error);
  }
  try {
    return { status, body: status === 204 ? undefined : JSON.parse(text) };
  } catch {
    throw badResponse(url, `expected JSON, got ${JSON.stringify(text.slice(0, 80))}`, { status });
  }
}
