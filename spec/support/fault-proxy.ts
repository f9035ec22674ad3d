import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** What goes wrong on one connection, after `after` bytes have passed in one direction. */
export interface Fault {
  readonly side: 'request' | 'response';
  readonly after: number;
  /**
   * `end` closes both ends in good order, `cut` resets them, `stall` passes on nothing more and closes nothing: a
   * connection that only looks open. `delay` holds everything behind that place for 20 ms, once.
   */
  readonly how: 'end' | 'cut' | 'stall' | 'delay';
}

/** A line to a server on which things go wrong. */
export interface FaultProxy {
  readonly url: string;
  readonly port: number;
  /** Connections that were used so far; clients make some that they never use. */
  readonly connections: number;
  /** Bytes that clients were sent. */
  readonly bytes: number;
  /** Asked when a connection is first used; they are counted from 0. */
  plan: (connection: number) => Fault | undefined;
  /** Leads new connections to another server. */
  target: number;
  /** Cuts what is open; new connections may be made at once. */
  cutAll(): void;
  close(): Promise<void>;
}

/** Listens on a free port and passes everything on to the one at `target`, byte by byte as it comes. */
export async function faultProxy(target: number): Promise<FaultProxy> {
  const sockets = new Set<Socket>();
  const keep = (socket: Socket): Socket => {
    sockets.add(socket);
    socket.setNoDelay(true);
    return socket.on('error', () => undefined).on('close', () => sockets.delete(socket));
  };
  const state = { connections: 0, bytes: 0, target, plan: (_: number): Fault | undefined => undefined };
  const server = createServer(near => {
    keep(near).once('data', (first: Buffer) => {
      const fault = state.plan(state.connections++);
      const far = keep(connect(state.target, '127.0.0.1'));
      const count = (bytes: number): void => void (state.bytes += bytes);
      carry(near, far, fault?.side === 'request' ? fault : undefined, () => undefined);
      carry(far, near, fault?.side === 'response' ? fault : undefined, count);
      near.emit('data', first);
    });
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const cutAll = (): void => sockets.forEach(reset);
  return Object.assign(state, {
    url: `http://127.0.0.1:${port}`,
    port,
    cutAll,
    close: () =>
      new Promise<void>(resolve => {
        server.close(() => resolve());
        cutAll();
      }),
  });
}

/** A socket that says goodbye cannot be reset: Node would keep its handle for ever. */
function reset(socket: Socket): void {
  if (socket.writableEnded || socket.connecting) socket.destroy();
  else socket.resetAndDestroy();
}

/** Passes on what comes from one socket to the other, with its pressure back, until the fault. */
function carry(from: Socket, to: Socket, fault: Fault | undefined, count: (bytes: number) => void): void {
  let left = fault?.after ?? Infinity;
  let isStalled = false;
  const pass = (bytes: Buffer): void => {
    count(bytes.length);
    if (!to.write(bytes)) {
      from.pause();
      to.once('drain', () => from.resume());
    }
  };
  const strike = (how: Fault['how'], rest: Buffer): void => {
    left = Infinity;
    if (how === 'end') [to, from].forEach(socket => socket.end());
    else if (how === 'stall') isStalled = true;
    else if (how === 'cut') {
      // What passed before must still arrive, so the reset waits until it is written.
      to.write('', () => [to, from].forEach(reset));
    } else {
      from.pause();
      setTimeout(() => {
        pass(rest);
        from.resume();
      }, 20);
    }
  };
  from.on('data', (bytes: Buffer) => {
    if (isStalled || from.destroyed) return;
    if (bytes.length < left) {
      left -= bytes.length;
      return pass(bytes);
    }
    const head = bytes.subarray(0, left);
    if (head.length > 0) pass(head);
    strike(fault!.how, bytes.subarray(head.length));
  });
  from.on('end', () => {
    if (!isStalled) to.end();
  });
  from.on('close', () => {
    if (!isStalled) to.destroy();
  });
}
