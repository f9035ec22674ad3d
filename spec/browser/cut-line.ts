import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** A line between a page and its server that can be cut. */
export interface CutLine {
  readonly url: string;
  /** Cuts all connections there are; new ones may be made at once. */
  cut(): void;
  close(): Promise<void>;
}

/** Listens on a free port and passes everything on to the server at `target`. */
export async function cutLine(target: string): Promise<CutLine> {
  const { hostname, port } = new URL(target);
  const sockets = new Set<Socket>();
  const server = createServer(near => {
    const far = connect(Number(port), hostname);
    for (const [socket, other] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(socket);
      socket
        .on('error', () => undefined)
        .on('close', () => {
          sockets.delete(socket);
          other.destroy();
        });
    }
    near.pipe(far).pipe(near);
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const cut = (): void => sockets.forEach(socket => socket.destroy());
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    cut,
    close: () =>
      new Promise(resolve => {
        server.close(() => resolve());
        cut();
      }),
  };
}
