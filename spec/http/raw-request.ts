import { connect, type Socket } from 'node:net';

/** An answer as it came off the socket. */
export interface RawAnswer {
  readonly head: string;
  readonly body: Buffer;
}

/** What a body is at the moment, chunks taken apart; a chunk counts as far as it has come. */
export function unchunked(bytes: Buffer): Buffer {
  const parts: Buffer[] = [];
  for (let at = 0; at < bytes.length;) {
    const line = bytes.indexOf('\r\n', at);
    if (line < 0) break;
    const size = parseInt(bytes.toString('latin1', at, line), 16);
    parts.push(bytes.subarray(line + 2, line + 2 + size));
    at = line + 2 + size + 2;
  }
  return Buffer.concat(parts);
}

/** Splits an answer at the end of its head; `undefined` before that has come. */
export function answerOf(bytes: Buffer): RawAnswer | undefined {
  const at = bytes.indexOf('\r\n\r\n');
  if (at < 0) return undefined;
  const head = bytes.toString('latin1', 0, at);
  const body = bytes.subarray(at + 4);
  return { head, body: /transfer-encoding: chunked/i.test(head) ? unchunked(body) : body };
}

/** Sends a request over a socket of its own; `lines` are the request line and headers. */
export function rawSocket(port: number, lines: readonly string[], body = ''): Socket {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => undefined);
  socket.write(`${lines.join('\r\n')}\r\n\r\n${body}`);
  return socket;
}

/** The answer to a request: all of it, or as soon as `most` bytes of its body are here. Then the socket is cut. */
export function rawRequest(port: number, lines: readonly string[], most = Infinity): Promise<RawAnswer> {
  return new Promise(resolve => {
    const socket = rawSocket(port, lines);
    let bytes = Buffer.alloc(0);
    const cut = (): void => {
      const answer = answerOf(bytes) ?? { head: '', body: Buffer.alloc(0) };
      resolve({ ...answer, body: answer.body.subarray(0, most) });
      socket.destroy();
    };
    socket.on('data', chunk => {
      bytes = Buffer.concat([bytes, chunk]);
      if ((answerOf(bytes)?.body.length ?? 0) >= most) cut();
    });
    socket.on('close', cut);
  });
}
