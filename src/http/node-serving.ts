import type { IncomingMessage, ServerResponse } from 'node:http';
import { FeedSocket } from './feed-socket.ts';
import type { HttpCore } from './http-core.ts';
import { NodeRequest } from './node-request.ts';
import { closeFeed, type BodyReply, type FeedReply } from './reply.ts';

/** Renders replies to the connections of one server, and knows its streams. */
export class NodeServing {
  readonly #core: HttpCore;
  readonly #streams = new Set<FeedSocket>();
  #isDraining = false;
  #isClosing = false;
  /** Streams that were open when it closed. */
  #leaving = 0;

  constructor(core: HttpCore) {
    this.#core = core;
  }

  /** Streams that are open. */
  get streams(): number {
    return this.#streams.size;
  }

  serve(request: IncomingMessage, response: ServerResponse): void {
    // Whatever a socket reports is followed by its close, and that is handled.
    response.on('error', () => undefined);
    // A server that closes waits for its connections, and this one would wait for a next request.
    response.on('close', () => {
      if (this.#isDraining) request.socket.destroySoon();
    });
    void this.#core.answer(new NodeRequest(request, response)).then(reply => {
      if ('feed' in reply) this.#stream(request, response, reply);
      else if (!response.destroyed) send(request, response, reply);
    });
  }

  /** Keeps no connection for a next request. */
  drain(): void {
    this.#isDraining = true;
  }

  /** Ends all streams when their clients have what there is now. Runs go on; clients come back elsewhere. */
  close(): void {
    this.drain();
    this.#isClosing = true;
    this.#leaving = this.#streams.size;
    for (const stream of this.#streams) stream.finish(this.#leaving);
  }

  #stream(request: IncomingMessage, response: ServerResponse, reply: FeedReply): void {
    if (response.destroyed || request.method === 'HEAD') {
      closeFeed(reply);
      if (response.destroyed) reply.onDisconnect?.();
      else response.writeHead(reply.status, reply.headers).end();
      return;
    }
    const stream = new FeedSocket({ core: this.#core, reply, request, response }, () =>
      this.#streams.delete(stream),
    );
    this.#streams.add(stream);
    stream.begin();
    if (this.#isClosing) stream.finish(this.#leaving);
  }
}

function send(
  request: IncomingMessage,
  response: ServerResponse,
  { status, headers, body }: BodyReply,
): void {
  if (body === undefined) {
    response.writeHead(status, headers).end();
    return;
  }
  response.writeHead(status, { ...headers, 'content-length': Buffer.byteLength(body) });
  response.end(request.method === 'HEAD' ? undefined : body);
}
