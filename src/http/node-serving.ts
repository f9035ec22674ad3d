import { ServerResponse, type IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { FeedSocket } from './feed-socket.ts';
import type { HttpCore } from './http-core.ts';
import { NodeRequest } from './node-request.ts';
import { closeFeed, type BodyReply, type FeedReply, type Reply } from './reply.ts';
import type { OpenSocket } from './websocket/open-socket.ts';
import { SocketSession } from './websocket/socket-session.ts';
import type { UpgradeRequest } from './websocket/socket-upgrader.ts';

/** Renders replies to the connections of one server, and knows its streams. */
export class NodeServing {
  readonly #core: HttpCore;
  readonly #streams = new Set<FeedSocket>();
  readonly #sessions = new Set<SocketSession>();
  #isDraining = false;
  #isClosing = false;
  /** Streams that were open when it closed. */
  #leaving = 0;

  constructor(core: HttpCore) {
    this.#core = core;
  }

  /** Streams that are open, and subscriptions of WebSockets. */
  get streams(): number {
    let { size } = this.#streams;
    for (const session of this.#sessions) size += session.size;
    return size;
  }

  serve(request: IncomingMessage, response: ServerResponse): void {
    // Whatever a socket reports is followed by its close, and that is handled.
    response.on('error', () => undefined);
    // A server that closes waits for its connections, and this one would wait for a next request.
    response.on('close', () => {
      if (this.#isDraining) request.socket.destroySoon();
    });
    void this.#core
      .answer(new NodeRequest(request, response))
      .then(reply => this.#render(request, response, reply));
  }

  /** Makes a WebSocket of a request that asks for one, or refuses it as any other request. */
  upgrade(upgrade: UpgradeRequest): void {
    const { request, socket } = upgrade;
    const response = new ServerResponse(request);
    response.shouldKeepAlive = false;
    response.assignSocket(socket as Socket);
    response.on('error', () => undefined);
    const broken = (): void => void socket.destroy();
    socket.on('error', broken);
    void this.#core.answerUpgrade(new NodeRequest(request, response, true)).then(reply => {
      if ('isSocket' in reply) {
        response.detachSocket(socket as Socket);
        return this.#open(upgrade, reply);
      }
      response.on('finish', () => socket.end());
      this.#render(request, response, reply);
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
    this.#core.close();
    this.#leaving = this.#streams.size + this.#sessions.size;
    for (const stream of this.#streams) stream.finish(this.#leaving);
    for (const session of this.#sessions) session.finish(this.#leaving);
  }

  /** Cuts the sockets that did not take what they were to take; their clients come back with their cursors. */
  cut(): void {
    for (const session of this.#sessions) session.cut();
  }

  async #open(upgrade: UpgradeRequest, opened: OpenSocket): Promise<void> {
    const { socket } = upgrade;
    const webSocket = await this.#core.upgrader.upgrade(upgrade);
    if (!webSocket) return opened.released?.();
    const released = (): void => {
      this.#sessions.delete(session);
      opened.released?.();
    };
    const session = new SocketSession(this.#core, opened, { webSocket, socket, released });
    this.#sessions.add(session);
    if (this.#isClosing) session.finish(this.#leaving);
  }

  #render(request: IncomingMessage, response: ServerResponse, reply: Reply): void {
    if ('feed' in reply) this.#stream(request, response, reply);
    else if (!response.destroyed) send(request, response, reply);
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
