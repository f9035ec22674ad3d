import type { StreamSettings } from './options.ts';
import { badResponse, connectionLost, sendRequest } from './send-request.ts';
import type { WaitingEvent } from './waiting-events.ts';

/** What the client looks at of the server's answer to a batch. */
export interface BatchAnswer {
  /** So many from the first on are done with. */
  readonly accepted: number;
  readonly cancelRequested: boolean;
}

/** Milliseconds that a server has for an answer; one that waits for its storage gives up earlier. */
const LONGEST_ANSWER = 30_000;

/**
 * Sends one batch, once. Rejects like {@link sendRequest}, with `CONNECTION_LOST` if no answer comes or `stop` aborts,
 * and with `BAD_RESPONSE` for an answer that is none.
 */
export async function sendBatch(
  url: URL,
  batch: readonly WaitingEvent[],
  settings: StreamSettings,
  stop: AbortSignal,
): Promise<BatchAnswer> {
  const abort = new AbortController();
  let giveUp = (): void => undefined;
  // What is waited for need not heed the abort.
  const ended = new Promise<never>((_, reject) => {
    giveUp = () => {
      reject(connectionLost(url, 'no answer came'));
      abort.abort();
    };
  });
  const stopAlarm = settings.clock.alarm(LONGEST_ANSWER, giveUp, false);
  stop.addEventListener('abort', giveUp);
  try {
    return await Promise.race([ended, answerOf(url, batch, settings, abort.signal)]);
  } finally {
    stopAlarm();
    stop.removeEventListener('abort', giveUp);
  }
}

async function answerOf(
  url: URL,
  batch: readonly WaitingEvent[],
  settings: StreamSettings,
  signal: AbortSignal,
): Promise<BatchAnswer> {
  const body = `{"events":[${batch.map(({ json }) => json).join()}]}`;
  const response = await sendRequest(
    url,
    { method: 'POST', accept: 'application/json', body, signal },
    settings,
  );
  let text: string;
  try {
    text = await response.text();
  } catch (error) {
    throw connectionLost(url, 'the answer was cut', error);
  }
  const answer = parsed(text);
  const { accepted } = answer;
  if (typeof accepted === 'number' && accepted >= 0 && accepted <= batch.length) return answer;
  throw badResponse(url, 'expected the answer to a batch of events, got something else', {
    status: response.status,
  });
}

function parsed(text: string): BatchAnswer {
  try {
    return Object(JSON.parse(text)) as BatchAnswer;
  } catch {
    return {} as BatchAnswer;
  }
}
