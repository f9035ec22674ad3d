import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { EXTENSION } from '../../../src/bridges/a2a/event-table.ts';

/** A notification that came. */
export interface Received {
  readonly headers: Record<string, unknown>;
  readonly body: Record<string, { readonly metadata: Record<string, { readonly cursor?: string }> }>;
}

/** What was posted, and how it is answered. */
export class Hook {
  readonly received: Received[] = [];
  /** Statuses of the next answers; 200 behind them. */
  answers: number[] = [];
  /** Taken ones alone. */
  readonly taken: Received[] = [];
  readonly #server: Server = createServer((request, response) => {
    let text = '';
    request.setEncoding('utf8').on('data', (part: string) => (text += part));
    request.on('end', () => {
      const status = this.answers.shift() ?? 200;
      const received = { headers: request.headers, body: JSON.parse(text) as Received['body'] };
      this.received.push(received);
      if (status === 200) this.taken.push(received);
      response.writeHead(status).end();
    });
  });

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/hook`;
  }

  begin(): Promise<void> {
    return new Promise(resolve => void this.#server.listen(0, '127.0.0.1', resolve));
  }

  end(): Promise<void> {
    this.#server.closeAllConnections();
    return new Promise(resolve => void this.#server.close(() => resolve()));
  }

  /** The events that were told, in the order in which they came. */
  get cursors(): string[] {
    return this.taken.flatMap(({ body }) => Object.values(body)[0]!.metadata[EXTENSION]!.cursor ?? []);
  }
}
