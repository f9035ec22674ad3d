// The readers of one server, in a process of their own, so that what they cost is not the server's. They count
// events by the empty line that ends each, and look into the bytes for nothing but the time an event was made at.
import { connect, type Socket } from 'node:net';
import { median } from './measure-cpu.ts';
import type { Told, Asked } from './viewers-protocol.ts';

const LINE_BREAK = 10;
const MADE_AT = /@(\d+)@/g;

let seen = 0;
let awaited = Infinity;
let latencies: number[] | undefined;

process.on('disconnect', () => process.exit());
process.on('message', (asked: Asked) => {
  switch (asked.ask) {
    case 'open':
      return void open(asked);
    case 'fetch':
      return void fetchWhole(asked.port, asked.path);
    case 'reset':
      seen = 0;
      awaited = Infinity;
      latencies = asked.latencies ? [] : undefined;
      return tell({ tell: 'done', value: 0 });
    case 'await':
      awaited = asked.events;
      return checkSeen();
    case 'latency':
      return tell({ tell: 'done', value: median(latencies!) });
  }
});

type Opening = Extract<Asked, { ask: 'open' }>;

async function open(asked: Opening): Promise<void> {
  const { connections } = asked;
  for (let at = 0; at < connections; at += 50) {
    await Promise.all(Array.from({ length: Math.min(50, connections - at) }, () => view(asked)));
  }
  tell({ tell: 'done', value: connections });
}

/** Resolves when the first bytes have come. */
function view({ port, path, headers }: Opening): Promise<void> {
  return new Promise((resolve, reject) => {
    let last = -2;
    const socket = ask(port, path, headers).on('error', reject);
    socket.on('data', bytes => {
      for (let at = bytes.indexOf(LINE_BREAK); at >= 0; at = bytes.indexOf(LINE_BREAK, at + 1)) {
        if (last === at - 1) seen++;
        last = at;
      }
      // Seen from the next piece, whose first byte may be the second line break.
      last -= bytes.length;
      if (latencies) noteLatencies(bytes);
      if (seen >= awaited) checkSeen();
      resolve();
    });
  });
}

function fetchWhole(port: number, path: string): void {
  let bytes = 0;
  ask(port, path, 'Connection: close\r\n')
    .on('data', chunk => void (bytes += chunk.length))
    .on('close', () => tell({ tell: 'done', value: bytes }));
}

function ask(port: number, path: string, headers = ''): Socket {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true });
  socket.write(
    `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nAccept: text/event-stream\r\n${headers}\r\n`,
  );
  return socket;
}

function noteLatencies(bytes: Buffer): void {
  const now = process.hrtime.bigint();
  for (const [, madeAt] of bytes.toString('latin1').matchAll(MADE_AT)) {
    latencies!.push(Number(now - BigInt(madeAt!)));
  }
}

function checkSeen(): void {
  if (seen < awaited) return;
  awaited = Infinity;
  tell({ tell: 'done', value: seen });
}

function tell(told: Told): void {
  process.send!(told);
}
