import type { IncomingMessage, Server } from 'node:http';
import type { UpgradeRequest } from './socket-upgrader.ts';

/** Whether a request asks for a WebSocket, and not for `h2c` or whatever else there is. */
export function isWebSocket({ headers }: IncomingMessage): boolean {
  return headers.upgrade?.trim().toLowerCase() === 'websocket';
}

/**
 * Gives a request that asks for another protocol back to the server, without that wish: RFC 9110, 7.8, and clients of
 * Java that ask for `h2c` with every first request, rely on it. Node has put down its parser by then, so the head goes
 * before what has come since, as if the connection were new.
 */
export function answerWithoutUpgrade(server: Server, { request, socket, head }: UpgradeRequest): void {
  const { method, url, httpVersion, rawHeaders } = request;
  let text = `${method} ${url} HTTP/${httpVersion}\r\n`;
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at]!;
    if (!/^(?:upgrade|http2-settings)$/i.test(name))
      text += `${name}: ${stripped(name, rawHeaders[at + 1]!)}\r\n`;
  }
  socket.unshift(Buffer.concat([Buffer.from(`${text}\r\n`, 'latin1'), head]));
  server.emit('connection', socket);
}

/** `Connection: keep-alive, Upgrade` without its second word. */
function stripped(name: string, value: string): string {
  if (name.toLowerCase() !== 'connection') return value;
  const words = value.split(',').map(word => word.trim());
  return words.filter(word => !/^(?:upgrade|http2-settings)$/i.test(word)).join(', ') || 'keep-alive';
}
