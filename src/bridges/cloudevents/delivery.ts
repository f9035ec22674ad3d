import type { Clock } from '../../time/clock.ts';
import type { CloudEvent } from './cloud-event.ts';
import type { SignedMessage } from './signature.ts';

/** How requests are sent. */
export interface Delivery {
  readonly url: URL;
  readonly headers: Headers;
  /** Milliseconds. */
  readonly timeout: number;
  readonly sign: (message: SignedMessage) => Readonly<Record<string, string>>;
  readonly clock: Clock;
  /** Ends what is under way. */
  readonly closing: AbortSignal;
}

/** Why a receiver did not take something. */
export interface DeliveryFailure extends Error {
  /** Absent where there was no answer. */
  readonly status?: number | undefined;
  /** It will never be taken. */
  readonly isFinal: boolean;
  /** Milliseconds that the receiver asked for. */
  readonly retryAfter?: number | undefined;
}

const HOUR = 3_600_000;
/** Answers that are about the receiver, the credential or the moment, and not about what was sent. */
const PASSING: ReadonlySet<number> = new Set([401, 403, 404, 405, 407, 408, 410, 421, 423, 425, 426, 429]);

/** POSTs one CloudEvent, or several in the batched content mode. Rejects with a {@link DeliveryFailure}. */
export async function deliver(
  content: CloudEvent | readonly CloudEvent[],
  id: string,
  { url, headers: given, timeout, sign, clock, closing }: Delivery,
): Promise<void> {
  const body = JSON.stringify(content);
  const headers = new Headers(given);
  const kind = Array.isArray(content) ? 'cloudevents-batch' : 'cloudevents';
  headers.set('content-type', `application/${kind}+json; charset=utf-8`);
  const timestamp = Math.floor(clock.now() / 1_000);
  for (const [name, value] of Object.entries(sign({ id, timestamp, body }))) headers.set(name, value);
  const late = new AbortController();
  const stop = clock.alarm(timeout, () => late.abort(), true);
  const giveUp = (): void => late.abort();
  closing.addEventListener('abort', giveUp);
  let response;
  try {
    response = await fetch(url, { method: 'POST', headers, body, signal: late.signal, redirect: 'manual' });
  } catch {
    // What fetch says of it may hold the address with what stands in its query.
    const problem = closing.aborted
      ? 'was not waited for: the sink was closed'
      : late.signal.aborted
        ? `did not answer within ${timeout} ms`
        : 'could not be reached';
    throw failure(`${url.host} ${problem}`, { isFinal: false });
  } finally {
    stop();
    closing.removeEventListener('abort', giveUp);
  }
  // It was taken, or not, whatever becomes of the rest of the answer.
  await response.body?.cancel().catch(() => undefined);
  const { status } = response;
  if (status >= 200 && status < 300) return;
  const retryAfter = waitOf(response.headers.get('retry-after'), clock);
  throw failure(`${url.host} answered ${status}`, {
    ...{ status, retryAfter },
    // Who names a time means the moment; RFC 9110 section 15.5.14 says so of 413.
    isFinal: status >= 400 && status < 500 && !PASSING.has(status) && retryAfter === undefined,
  });
}

/** `Retry-After`, RFC 9110 section 10.2.3: seconds, or a date. */
function waitOf(text: string | null, clock: Clock): number | undefined {
  if (text === null) return undefined;
  const wait = /^\d+$/.test(text) ? Number(text) * 1_000 : Date.parse(text) - clock.now();
  return wait > 0 ? Math.min(wait, HOUR) : undefined;
}

function failure(message: string, facts: Omit<DeliveryFailure, keyof Error>): DeliveryFailure {
  return Object.assign(new Error(message), facts);
}
