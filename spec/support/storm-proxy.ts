import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** What a storm proxy does to everything that passes; changed at any time. */
export interface Weather {
  /** Milliseconds by which everything comes later, in its order. */
  delay: number;
  /** New connections are reset, and those that are open. */
  isRefusing: boolean;
  /** Of the messages that Redis publishes, how many are dropped, and told twice: 0 to 1. */
  dropped: number;
  repeated: number;
}

/** A line to a server through bad weather. */
export interface StormProxy extends Weather {
  readonly port: number;
  /** Leads new connections to another server. */
  target: number;
  /** Resets what is open; new connections may be made at once. */
  cut(): void;
  /** Passes on nothing more on what is open, and closes nothing: connections that only look open. */
  stall(): void;
  /** Calm weather; what only looks open is reset, as both ends would find out in time. */
  clear(): void;
  close(): Promise<void>;
}

/** What chance says, 0 to 1, and who sees what clients are sent. */
export interface StormOptions {
  readonly chance: () => number;
  readonly onResponse?: ((bytes: Buffer) => void) | undefined;
}

interface Line {
  readonly near: Socket;
  readonly far: Socket;
  isStalled: boolean;
}

// Redis sends `message`, the channel and a payload without line breaks; what events hold is escaped, so it looks otherwise.
const MESSAGE = /[*>]3\r\n\$7\r\nmessage\r\n\$\d+\r\n[^\r]*\r\n\$\d+\r\n[^\r]*\r\n/g;

/** Listens on a free port of this machine, and passes everything on to the one at `target` as the weather allows. */
export async function stormProxy(target: number, options: StormOptions): Promise<StormProxy> {
  const lines = new Set<Line>();
  const calm: Weather = { delay: 0, isRefusing: false, dropped: 0, repeated: 0 };
  const state = { ...calm, target };

  const server = createServer(near => {
    near.on('error', () => undefined).setNoDelay(true);
    if (state.isRefusing) return void near.resetAndDestroy();
    const far = connect(state.target, '127.0.0.1')
      .on('error', () => undefined)
      .setNoDelay(true);
    const line: Line = { near, far, isStalled: false };
    lines.add(line);
    carry(line, near, far);
    carry(line, far, near, bytes => (options.onResponse?.(bytes), withLosses(bytes, state, options.chance)));
    const closed = (): void => {
      if (near.destroyed && far.destroyed) lines.delete(line);
    };
    near.on('close', closed);
    far.on('close', closed);
  });

  function carry(line: Line, from: Socket, to: Socket, change = (bytes: Buffer): Buffer => bytes): void {
    const waiting: (() => void)[] = [];
    // What comes later waits behind what came before, also when the weather has cleared up meanwhile.
    const later = (work: () => void): void => {
      if (state.delay === 0 && waiting.length === 0) return work();
      waiting.push(work);
      setTimeout(() => waiting.shift()!(), state.delay);
    };
    from.on('data', (bytes: Buffer) => {
      if (line.isStalled) return;
      later(() => {
        if (line.isStalled || to.destroyed || to.write(change(bytes))) return;
        from.pause();
        to.once('drain', () => from.resume());
      });
    });
    from.on('end', () => later(() => void (!line.isStalled && to.end())));
    from.on('close', () => later(() => void (!line.isStalled && !to.writableEnded && reset(to))));
  }

  const cut = (): void => {
    for (const { near, far } of lines) [near, far].forEach(reset);
  };
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  return Object.assign(state, {
    port: (server.address() as AddressInfo).port,
    cut,
    stall() {
      for (const line of lines) line.isStalled = true;
    },
    clear() {
      Object.assign(state, calm);
      for (const { near, far, isStalled } of lines) if (isStalled) [near, far].forEach(reset);
    },
    close: () =>
      new Promise<void>(resolve => {
        server.close(() => resolve());
        cut();
      }),
  });
}

/** A socket that says goodbye cannot be reset: Node would keep its handle for ever. */
function reset(socket: Socket): void {
  if (socket.writableEnded || socket.connecting) socket.destroy();
  else socket.resetAndDestroy();
}

function withLosses(bytes: Buffer, { dropped, repeated }: Weather, chance: () => number): Buffer {
  if (dropped === 0 && repeated === 0) return bytes;
  const text = bytes.toString('latin1').replace(MESSAGE, message => {
    const luck = chance();
    if (luck < dropped) return '';
    return luck < dropped + repeated ? message + message : message;
  });
  return Buffer.from(text, 'latin1');
}
