import WebSocket, { type ClientOptions } from 'ws';
import type { ClientMessage, ServerMessage } from '../../../src/http/websocket/messages.ts';
import { SUBPROTOCOL } from '../../../src/http/websocket/socket-protocol.ts';
import { until } from '../../support/settle.ts';

/** What a server says of one subscription. */
export type Said<Type extends ServerMessage['type']> = Extract<ServerMessage, { type: Type }>;

/** A client that does as it is told, and nothing by itself. */
export interface SocketClient {
  readonly webSocket: WebSocket;
  /** Everything that came, in its order. */
  readonly messages: readonly ServerMessage[];
  /** Code and reason of its end. */
  readonly closed: Promise<{ readonly code: number; readonly reason: string }>;
  say(message: ClientMessage): void;
  /** All messages of a kind, of one subscription if it is named. */
  all<Type extends ServerMessage['type']>(type: Type, id?: string): readonly Said<Type>[];
  /** Waits for so many of a kind, and gives the last of them. */
  has<Type extends ServerMessage['type']>(type: Type, count?: number, id?: string): Promise<Said<Type>>;
  /** The seqs of the events of a subscription. */
  seqs(id: string): readonly number[];
}

/** Resolves when the server has said hello; rejects with the status it refused the upgrade with. */
export function openSocket(url: string, options: ClientOptions = {}): Promise<SocketClient> {
  const webSocket = new WebSocket(url.replace(/^http/, 'ws'), SUBPROTOCOL, options);
  const messages: ServerMessage[] = [];
  const closed = new Promise<{ code: number; reason: string }>(resolve => {
    webSocket.on('close', (code, reason) => resolve({ code, reason: reason.toString() }));
  });
  const all = <Type extends ServerMessage['type']>(type: Type, id?: string): readonly Said<Type>[] =>
    messages.filter(
      (message): message is Said<Type> =>
        message.type === type && (id === undefined || ('id' in message && message.id === id)),
    );
  const client: SocketClient = {
    ...{ webSocket, messages, closed, all },
    say: message => webSocket.send(JSON.stringify(message)),
    has: async (type, count = 1, id) => {
      await until(() => all(type, id).length >= count, `${count} × ${type}`);
      return all(type, id)[count - 1]!;
    },
    seqs: id => all('event', id).map(({ event }) => (event as { seq: number }).seq),
  };
  return new Promise((resolve, reject) => {
    webSocket.on('message', data => {
      messages.push(JSON.parse((data as Buffer).toString()) as ServerMessage);
      resolve(client);
    });
    webSocket.on('unexpected-response', (_, response) => {
      let body = '';
      response.on('data', (text: Buffer) => (body += text.toString()));
      response.on('end', () => reject(Object.assign(new Error(body), { status: response.statusCode })));
    });
    webSocket.on('error', reject);
  });
}
