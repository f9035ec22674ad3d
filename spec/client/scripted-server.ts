import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** How one request is answered. */
export type Act = (response: ServerResponse, request: IncomingMessage) => void;

/** A server that answers its requests as it is told, one act each; the last act answers all that follow. */
export interface ScriptedServer {
  readonly url: string;
  readonly requests: readonly IncomingMessage[];
  close(): Promise<void>;
}

export async function scriptedServer(...acts: readonly Act[]): Promise<ScriptedServer> {
  const requests: IncomingMessage[] = [];
  const server = createServer((request, response) => {
    requests.push(request);
    acts[Math.min(requests.length, acts.length) - 1]!(response, request);
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/runs/run/events`,
    requests,
    close: () =>
      new Promise(resolve => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** Answers with a stream that has this in it, and ends. */
export function streaming(...parts: readonly (string | Uint8Array)[]): Act {
  return response => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    for (const part of parts) response.write(part);
    response.end();
  };
}

/** Answers with a status, and a problem document if there is a code. */
export function refusing(status: number, code?: string, headers: Record<string, string> = {}): Act {
  return response => {
    const problem = { status, code, detail: `${code} it is` };
    response.writeHead(status, {
      'content-type': code ? 'application/problem+json' : 'text/html',
      ...headers,
    });
    response.end(code ? JSON.stringify(problem) : '<!doctype html><title>no</title>');
  };
}

/** An event as a frame; `final` if it is one that ends. */
export function eventFrame(seq: number, type = 'step', data: object = { name: `s${seq}` }): string {
  const final = type === 'complete' ? { final: true } : {};
  const event = {
    id: `e.${seq}.0`,
    runId: 'run',
    tenantId: 't',
    seq,
    type,
    time: '2030-01-01T00:00:00.000Z',
    data,
  };
  return `event: ${type}\ndata: ${JSON.stringify({ ...event, ...final })}\nid: e.${seq}.0\n\n`;
}
