import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { systemClock } from '../../../time/clock.ts';
import { addressOf, checkAddress } from './safe-address.ts';

/** One notification on its way. */
export interface PushPost {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** What came of it: taken, to be sent again, or refused for good. */
export type Receipt = 'taken' | 'again' | 'refused';

/** Milliseconds in which the other side must answer. */
const LONGEST_ANSWER = 10_000;

/** Sends one notification. It follows no redirect, which could lead anywhere. Never rejects. */
export async function post({ url: text, headers, body }: PushPost, allowsPrivate: boolean): Promise<Receipt> {
  let status: number;
  try {
    const url = checkAddress(text, allowsPrivate);
    status = await sent(url, await addressOf(url, allowsPrivate), { headers, body });
  } catch {
    return 'again';
  }
  if (status >= 200 && status < 300) return 'taken';
  const isPassing = status === 408 || status === 425 || status === 429 || status >= 500;
  return isPassing ? 'again' : 'refused';
}

function sent(
  url: URL,
  { address, family }: { readonly address: string; readonly family: number },
  { headers, body }: Pick<PushPost, 'headers' | 'body'>,
): Promise<number> {
  const send = url.protocol === 'https:' ? httpsRequest : httpRequest;
  return new Promise((resolve, reject) => {
    const request = send(
      url,
      {
        method: 'POST',
        agent: false,
        headers: { ...headers, 'content-length': Buffer.byteLength(body) },
        // Node asks for one address or for all, by its version and options.
        lookup: (_host, { all }, found) =>
          all ? found(null, [{ address, family }]) : found(null, address, family),
      },
      response => {
        // The status is all that counts, and what follows may never end.
        response.on('error', () => undefined);
        resolve(response.statusCode ?? 500);
        request.destroy();
      },
    );
    // For the whole answer: one that comes a byte at a time is none.
    const late = (): void => void request.destroy(new Error('no answer in time'));
    const stop = systemClock.alarm(LONGEST_ANSWER, late, true);
    request.on('close', stop);
    request.on('error', reject);
    request.end(body);
  });
}
