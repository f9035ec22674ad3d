import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import type { ISocketFactory } from 'kafkajs';

const PRODUCE = 0;

/** What becomes of a request to write: nothing unusual, lost on its way, written and the answer lost, or refused. */
export type Fate =
  'is written' | 'is lost' | 'is written and not acknowledged' | { readonly refused: number };

/** A wire between a client of Kafka and its brokers, on which requests to write meet their fate. */
export interface FaultyBrokers {
  /** For `new Kafka({ socketFactory })`. */
  readonly socketFactory: ISocketFactory;
  /** Clients that are connected. */
  readonly clients: number;
  close(): Promise<void>;
}

/** `fate` is asked for each request to write, in their order, with the bytes of the request. */
export async function faultyBrokers(
  brokers: readonly string[],
  fate: (request: Buffer) => Fate,
): Promise<FaultyBrokers> {
  const sockets = new Set<Socket>();
  let clients = 0;
  const wires = new Map<number, { port: number; close: () => void }>();
  for (const broker of brokers) {
    const port = Number(broker.split(':')[1]);
    const server = createServer(client => {
      clients++;
      client.on('close', () => clients--);
      meet(client, connect(port, '127.0.0.1'), fate, sockets);
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    wires.set(port, { port: (server.address() as AddressInfo).port, close: () => server.close() });
  }
  return {
    socketFactory: ({ port, onConnect }) => connect(wires.get(port)!.port, '127.0.0.1', onConnect),
    get clients() {
      return clients;
    },
    close() {
      for (const wire of wires.values()) wire.close();
      for (const socket of sockets) socket.destroy();
      return Promise.resolve();
    },
  };
}

function meet(client: Socket, broker: Socket, fate: (request: Buffer) => Fate, all: Set<Socket>): void {
  const unacknowledged = new Set<number>();
  const hangUp = (): void => {
    client.destroy();
    broker.destroy();
  };
  for (const socket of [client, broker]) {
    all.add(socket);
    socket.on('close', () => all.delete(socket));
    socket.on('close', hangUp).on('error', hangUp);
  }
  frames(client, frame => {
    const outcome = frame.readInt16BE(4) === PRODUCE ? fate(frame) : 'is written';
    if (outcome === 'is lost') return hangUp();
    if (typeof outcome === 'object') return void client.write(refusal(frame, outcome.refused));
    if (outcome !== 'is written') unacknowledged.add(frame.readInt32BE(8));
    broker.write(frame);
  });
  frames(broker, frame => {
    if (unacknowledged.has(frame.readInt32BE(4))) hangUp();
    else client.write(frame);
  });
}

/** Calls `take` with each message, its length in front. */
function frames(socket: Socket, take: (frame: Buffer) => void): void {
  let rest = Buffer.alloc(0);
  socket.on('data', (part: Buffer) => {
    rest = Buffer.concat([rest, part]);
    while (rest.length >= 4 && rest.length >= 4 + rest.readInt32BE(0)) {
      const length = 4 + rest.readInt32BE(0);
      const frame = rest.subarray(0, length);
      rest = rest.subarray(length);
      take(frame);
    }
  });
}

/** The answer to a request to write to one partition: versions 5 to 7 of it. */
function refusal(request: Buffer, code: number): Buffer {
  const version = request.readInt16BE(6);
  if (version < 5 || version > 7) throw new Error(`expected version 5 to 7 of Produce, got ${version}`);
  // Length, key, version, correlation id; client id; transactional id; acks, timeout, the number of topics.
  let at = 12 + 2 + Math.max(0, request.readInt16BE(12));
  at += 2 + Math.max(0, request.readInt16BE(at)) + 2 + 4 + 4;
  const topic = request.subarray(at, at + 2 + request.readInt16BE(at));
  const partition = request.subarray(at + topic.length + 4, at + topic.length + 8);
  const [one, error, offset, throttle] = [4, 2, 8 + 8 + 8, 4].map(length => Buffer.alloc(length));
  one!.writeInt32BE(1);
  error!.writeInt16BE(code);
  offset!.fill(255);
  const correlation = request.subarray(8, 12);
  const body = Buffer.concat([correlation, one!, topic, one!, partition, error!, offset!, throttle!]);
  const length = Buffer.alloc(4);
  length.writeInt32BE(body.length);
  return Buffer.concat([length, body]);
}
