import { Redis } from 'ioredis';
import { faultProxy, type FaultProxy } from './fault-proxy.ts';
import { redisServer } from './redis-server.ts';

/** A master with one replica, and a line to whichever of them is the master. */
export interface RedisPair {
  /** A line to the master, for clients; another one leads there too. */
  readonly line: FaultProxy;
  anotherLine(): Promise<FaultProxy>;
  /** Resolves when the replica has all that the master has now. */
  caughtUp(): Promise<void>;
  /** From now on the replica gets nothing. */
  leaveBehind(): void;
  /** Kills the master, makes the replica the master, and leads all lines there. */
  failOver(): Promise<void>;
  /** A client of the replica. */
  readonly replica: Redis;
  close(): Promise<void>;
}

export async function redisPair(): Promise<RedisPair> {
  const options = ['--repl-diskless-sync-delay', '0', '--repl-ping-replica-period', '1'];
  const [first, second] = await Promise.all([redisServer(...options), redisServer(...options)]);
  const supply = await faultProxy(first.port);
  const line = await faultProxy(first.port);
  const lines = [line];
  const [master, replica] = [first, second].map(({ url }) => new Redis(url, { retryStrategy: () => 20 }));
  for (const client of [master!, replica!]) client.on('error', () => undefined);
  await replica!.call('REPLICAOF', '127.0.0.1', supply.port);
  const pair: RedisPair = {
    ...{ line, replica: replica! },
    async anotherLine() {
      const another = await faultProxy(first.port);
      lines.push(another);
      return another;
    },
    async caughtUp() {
      const [, wanted] = (await master!.call('ROLE')) as [string, number];
      const deadline = Date.now() + 30_000;
      for (;;) {
        const [, , , state, offset] = (await replica!.call('ROLE')) as [
          string,
          string,
          number,
          string,
          number,
        ];
        if (state === 'connected' && offset >= wanted) return;
        if (Date.now() > deadline)
          throw new Error(`the replica stays behind: ${state} ${offset} of ${wanted}`);
      }
    },
    leaveBehind() {
      supply.target = 1;
      supply.cutAll();
    },
    async failOver() {
      for (const each of lines) {
        each.target = second.port;
        each.cutAll();
      }
      await first.kill();
      await replica!.call('REPLICAOF', 'NO', 'ONE');
    },
    async close() {
      master!.disconnect();
      replica!.disconnect();
      await Promise.all([supply.close(), ...lines.map(each => each.close()), first.close(), second.close()]);
    },
  };
  await pair.caughtUp();
  return pair;
}
