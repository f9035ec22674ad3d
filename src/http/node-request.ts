import type { IncomingMessage, ServerResponse } from 'node:http';
import { bodyTooLarge, readBody } from './read-body.ts';
import type { HttpRequest } from './request.ts';

/** What middleware may have done to a request before. */
type Handled = IncomingMessage & {
  /** Express and Connect cut the path where they mount something; this is the whole one. */
  readonly originalUrl?: string;
  /** A body parser was here first. */
  readonly body?: unknown;
};

/** A request as Node received it. */
export class NodeRequest implements HttpRequest {
  readonly #request: Handled;
  readonly #response: ServerResponse;
  readonly method: string;
  readonly target: string;
  readonly address: string | undefined;
  readonly canUpgrade: boolean;

  constructor(request: Handled, response: ServerResponse, canUpgrade = false) {
    this.#request = request;
    this.#response = response;
    this.method = request.method ?? 'GET';
    this.target = request.originalUrl ?? request.url ?? '/';
    this.address = request.socket.remoteAddress;
    this.canUpgrade = canUpgrade;
  }

  header(name: string): string | undefined {
    const value = this.#request.headers[name];
    return Array.isArray(value) ? value.join(', ') : value;
  }

  async body(limit: number): Promise<string> {
    const request = this.#request;
    if (isParsed(request)) return textOf(request.body);
    if (Number(request.headers['content-length']) > limit) {
      request.resume();
      throw bodyTooLarge(limit);
    }
    try {
      return await readBody(request.iterator({ destroyOnReturn: false }), limit);
    } finally {
      // What is left is read and thrown away, so that the answer can be sent on an open connection.
      request.resume();
    }
  }

  async *chunks(): AsyncGenerator<Uint8Array> {
    const request = this.#request;
    if (isParsed(request)) {
      yield Buffer.from(textOf(request.body));
      return;
    }
    try {
      yield* request.iterator({ destroyOnReturn: false }) as AsyncIterable<Uint8Array>;
    } finally {
      request.resume();
    }
  }

  onDisconnect(leave: () => void): () => void {
    if (this.#response.destroyed) leave();
    this.#response.once('close', leave);
    return () => this.#response.off('close', leave);
  }
}

function isParsed(request: Handled): boolean {
  return request.readableEnded && request.body !== undefined;
}

function textOf(body: unknown): string {
  if (typeof body === 'string') return body;
  return Buffer.isBuffer(body) ? body.toString() : JSON.stringify(body);
}
