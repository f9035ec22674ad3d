import type { AddressInfo, Server } from 'node:net';

/** Resolves with a free port of this machine when the server listens there. */
export function listen(server: Server): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ port: 0, host: '127.0.0.1', backlog: 1_024 }, () => {
      resolve((server.address() as AddressInfo).port);
    });
  });
}
