// The readers of one server of WebSockets, in a process of their own. They count frames that hold an event, by their
// length: what a server says besides is shorter.
import { connect, type Socket } from 'node:net';
import type { SocketAsked } from './socket-viewers-protocol.ts';
import type { Told } from './viewers-protocol.ts';

const SHORTEST_EVENT = 126;

let seen = 0;
let awaited = Infinity;

process.on('disconnect', () => process.exit());
process.on('message', (asked: SocketAsked) => {
  switch (asked.ask) {
    case 'open':
      return void open(asked);
    case 'reset':
      seen = 0;
      awaited = Infinity;
      return tell(0);
    case 'await':
      awaited = asked.events;
      return checkSeen();
  }
});

type Opening = Extract<SocketAsked, { ask: 'open' }>;

async function open(asked: Opening): Promise<void> {
  for (let at = 0; at < asked.connections; at += 50) {
    await Promise.all(Array.from({ length: Math.min(50, asked.connections - at) }, () => view(asked)));
  }
  tell(asked.connections);
}

/** Resolves when the server has answered the upgrade. */
function view({ port, path, hello, grant }: Opening): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true }).on('error', reject);
    socket.write(
      `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n` +
        'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n' +
        'Sec-WebSocket-Protocol: sluice.v1\r\n\r\n',
    );
    let isOpen = false;
    let got = 0;
    let rest: Buffer = Buffer.alloc(0);
    /** Bytes of a frame that are to come. */
    let left = 0;
    socket.on('data', (bytes: Buffer) => {
      let chunk = rest.length > 0 ? Buffer.concat([rest, bytes]) : bytes;
      rest = Buffer.alloc(0);
      if (!isOpen) {
        const end = chunk.indexOf('\r\n\r\n');
        if (end < 0) return void (rest = chunk);
        chunk = chunk.subarray(end + 4);
        isOpen = true;
        if (hello !== undefined) say(socket, hello);
        resolve();
      }
      let at = left;
      for (;;) {
        if (at >= chunk.length) {
          left = at - chunk.length;
          break;
        }
        const short = chunk[at + 1];
        if (short === undefined || (short >= 126 && chunk.length < at + 4)) {
          rest = chunk.subarray(at);
          left = 0;
          break;
        }
        const isLong = short >= SHORTEST_EVENT;
        at += isLong ? 4 + chunk.readUInt16BE(at + 2) : 2 + short;
        if (!isLong) continue;
        seen++;
        if (grant && ++got === grant.every) {
          got = 0;
          say(socket, grant.text);
        }
      }
      if (seen >= awaited) checkSeen();
    });
  });
}

/** A frame of a client, masked with nothing. */
function say(socket: Socket, text: string): void {
  const { length } = text;
  const size = length < 126 ? [0x80 | length] : [0x80 | 126, length >> 8, length & 255];
  socket.write(Buffer.concat([Buffer.from([0x81, ...size, 0, 0, 0, 0]), Buffer.from(text)]));
}

function checkSeen(): void {
  if (seen < awaited) return;
  awaited = Infinity;
  tell(seen);
}

function tell(value: number): void {
  process.send!({ tell: 'done', value } satisfies Told);
}
