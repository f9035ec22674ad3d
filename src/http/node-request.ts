import type { IncomingMessage, ServerResponse } from 'node:http';
import { bodyTooLarge, readBody } from './read-body.ts';
import type { HttpRequest } from './request.ts';

/** A request as Node received it. */
export class NodeRequest implements HttpRequest {
  readonly #request: IncomingMessage;
  readonly #response: ServerResponse;
  readonly method: string;
  readonly target: string;
  readonly address: string | undefined;

  constructor(request: IncomingMessage, response: ServerResponse) {
    this.#request = request;
    this.#response = response;
    this.method = request.method ?? 'GET';
    this.target = request.url ?? '/';
    this.address = request.socket.remoteAddress;
  }

  header(name: string): string | undefined {
    const value = this.#request.headers[name];
    return Array.isArray(value) ? value.join(', ') : value;
  }

  async body(limit: number): Promise<string> {
    const request: IncomingMessage & { readonly body?: unknown } = this.#request;
    // A body parser was here first.
    if (request.readableEnded && request.body !== undefined) return JSON.stringify(request.body);
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
    const request: IncomingMessage & { readonly body?: unknown } = this.#request;
    if (request.readableEnded && request.body !== undefined) {
      yield Buffer.from(typeof request.body === 'string' ? request.body : JSON.stringify(request.body));
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
