import { askServer } from './ask-server.ts';
import type { StreamSettings } from './options.ts';
import { badResponse } from './send-request.ts';
import type { WaitingEvent } from './waiting-events.ts';

/** What the client looks at of the server's answer to a batch. */
export interface BatchAnswer {
  /** So many from the first on are done with. */
  readonly accepted: number;
  readonly cancelRequested: boolean;
}

/** Sends one batch, once; with `flush` nothing follows its texts. Rejects like {@link askServer}, and with `BAD_RESPONSE` for an answer that is none. */
export async function sendBatch(
  url: URL,
  { events, flush }: { readonly events: readonly WaitingEvent[]; readonly flush: boolean },
  settings: StreamSettings,
  stop: AbortSignal,
): Promise<BatchAnswer> {
  const json = `{"events":[${events.map(event => event.json).join()}]${flush ? ',"flush":true' : ''}}`;
  const { status, body } = await askServer(url, { method: 'POST', body: json }, settings, stop);
  const answer = Object(body) as BatchAnswer;
  const { accepted } = answer;
  if (typeof accepted === 'number' && accepted >= 0 && accepted <= events.length) return answer;
  throw badResponse(url, 'expected the answer to a batch of events, got something else', { status });
}
