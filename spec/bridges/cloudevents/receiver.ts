import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { HTTP, type CloudEventV1 } from 'cloudevents';

/** What a receiver was sent. */
export interface Received {
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  readonly events: readonly CloudEventV1<unknown>[];
}

/** A server that takes webhooks, reading them with the package of CloudEvents. */
export interface Receiver {
  readonly url: string;
  /** All requests, also those it did not take. */
  readonly requests: Received[];
  /** The events of the requests that it took. */
  readonly taken: CloudEventV1<unknown>[];
  close(): Promise<void>;
}

/** What it says; nothing: it keeps the request and says nothing. */
export type Said = { status: number; headers?: Record<string, string> } | 'hang up' | undefined;

/** What it answers to the request of this number, from 0. */
export type Answer = (request: Received, at: number) => Said | Promise<Said>;

export async function receiver(answer: Answer = () => ({ status: 204 })): Promise<Receiver> {
  const requests: Received[] = [];
  const taken: CloudEventV1<unknown>[] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (part: string) => (body += part));
    request.on('end', () => void take(body));
    const take = async (body: string): Promise<void> => {
      const headers = request.headers;
      const events = HTTP.toEvent<unknown>({ headers, body });
      const received = { headers, body, events: (Array.isArray(events) ? events : [events]) as never };
      const said = await answer(received, requests.push(received) - 1);
      if (!said) return;
      if (said === 'hang up') return void request.socket.destroy();
      if (said.status < 300) taken.push(...(received as Received).events);
      response.writeHead(said.status, said.headers).end();
    };
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`,
    ...{ requests, taken },
    async close() {
      server.closeAllConnections();
      await once(server.close(), 'close');
    },
  };
}

/** The signature that Standard Webhooks asks for. */
export function signatureOf({ headers, body }: Received, secret: string): string {
  const signed = `${String(headers['webhook-id'])}.${String(headers['webhook-timestamp'])}.${body}`;
  return `v1,${createHmac('sha256', secret).update(signed).digest('base64')}`;
}
