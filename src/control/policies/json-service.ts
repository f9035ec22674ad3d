import { SluiceError } from '../../errors/sluice-error.ts';
import { badOption, shown } from './policy-option.ts';

/** Where a service is, and what it is sent with each request. */
export interface JsonServiceAddress {
  /** Of the policy, for its errors. */
  readonly kind: string;
  readonly url: URL;
  readonly headers?: Readonly<Record<string, string>> | undefined;
}

const LARGEST_ANSWER = 64 * 1024;

/**
 * POSTs JSON and reads JSON. What it gives back rejects for another status than 200, a redirect, more than 64 KB and what
 * is no JSON; its errors name the host alone, since paths and queries may hold what is not for others. Throws
 * `BAD_OPTION` for headers that cannot be.
 */
export function jsonService({
  kind,
  url,
  headers: given = {},
}: JsonServiceAddress): (question: unknown, signal: AbortSignal) => Promise<unknown> {
  const headers = headersOf(kind, given);
  return async (question, signal) => {
    const body = JSON.stringify(question);
    let response;
    try {
      response = await fetch(url, { method: 'POST', headers, body, signal, redirect: 'error' });
    } catch {
      // What fetch says of it may hold the address with what stands in its query.
      throw new Error(`${url.host} could not be reached`);
    }
    const text = await boundedText(response, url.host);
    if (response.status !== 200) throw new Error(`${url.host} answered ${response.status}`);
    try {
      return JSON.parse(text) as unknown;
    } catch {
      throw new Error(`${url.host} answered what is no JSON`);
    }
  };
}

/** An address without a user and a password in it. Throws `BAD_OPTION`, named after `option`. */
export function serviceUrl(option: string, given: unknown): URL {
  const text = given instanceof URL ? given.href : given;
  if (typeof text !== 'string' || !URL.canParse(text)) {
    throw badOption(option, `expected an absolute address, got ${shown(given)}`);
  }
  const url = new URL(text);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    throw badOption(option, `expected http: or https:, got ${url.protocol}`);
  }
  if (url.username === '' && url.password === '') return url;
  throw new SluiceError('BAD_OPTION', `${option}: expected no user and password. Pass them in headers.`);
}

async function boundedText({ body }: Response, host: string): Promise<string> {
  if (!body) return '';
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let text = '';
  for (let size = 0; ;) {
    const { value, done } = await reader.read();
    if (done) return text + decoder.decode();
    size += value.byteLength;
    if (size > LARGEST_ANSWER) {
      await reader.cancel();
      throw new Error(`${host} answered more than ${LARGEST_ANSWER} bytes`);
    }
    text += decoder.decode(value, { stream: true });
  }
}

function headersOf(kind: string, given: Readonly<Record<string, string>>): Headers {
  try {
    const headers = new Headers(given);
    headers.set('content-type', 'application/json');
    headers.set('accept', 'application/json');
    return headers;
  } catch {
    throw badOption(`${kind}: headers`, 'expected names and values that HTTP allows');
  }
}
