import { Cluster, Redis } from 'ioredis';
import { redisServer, type RedisServer } from './redis-server.ts';

/** Three masters that share the slots, without replicas. */
export interface RedisCluster {
  readonly servers: readonly RedisServer[];
  /**
   * Moves the slot of a key to the server that comes `hop` places after the one that has it, as an administrator does.
   * `between` is called between the steps.
   */
  moveSlot(key: string, hop: number, between: () => void): Promise<void>;
  /** A client that knows all of them. */
  client(): Cluster;
  close(): Promise<void>;
}

const SLOTS = 16_384;

export async function redisCluster(): Promise<RedisCluster> {
  const options = ['--cluster-enabled', 'yes', '--cluster-config-file', 'nodes.conf'];
  const servers = await Promise.all([1, 2, 3].map(() => redisServer(...options)));
  const nodes = servers.map(({ url }) => new Redis(url));
  for (const [at, node] of nodes.entries()) {
    const from = Math.floor((at * SLOTS) / nodes.length);
    const to = Math.floor(((at + 1) * SLOTS) / nodes.length) - 1;
    await node.call('CLUSTER', 'ADDSLOTSRANGE', from, to);
    await node.call('CLUSTER', 'SET-CONFIG-EPOCH', at + 1);
  }
  for (const { port } of servers.slice(1)) await nodes[0]!.call('CLUSTER', 'MEET', '127.0.0.1', port);
  const isWhole = async (node: Redis): Promise<boolean> => {
    const info = String(await node.call('CLUSTER', 'INFO'));
    return info.includes('cluster_state:ok') && info.includes('cluster_known_nodes:3');
  };
  const deadline = Date.now() + 45_000;
  for (const node of nodes) {
    while (!(await isWhole(node))) if (Date.now() > deadline) throw new Error('the cluster did not come up');
  }
  for (const node of nodes) node.disconnect();
  return {
    servers,
    client: () => new Cluster(servers.map(({ port }) => ({ host: '127.0.0.1', port }))),
    async moveSlot(key, hop, between) {
      const clients = servers.map(({ url }) => new Redis(url));
      const ids = await Promise.all(clients.map(async node => String(await node.call('CLUSTER', 'MYID'))));
      const slot = Number(await clients[0]!.call('CLUSTER', 'KEYSLOT', key));
      const owners = (await clients[0]!.call('CLUSTER', 'SLOTS')) as [
        number,
        number,
        [string, number, string],
      ][];
      const owner = owners.find(([from, to]) => from <= slot && slot <= to)![2][2];
      const from = ids.indexOf(owner);
      const to = (from + hop) % servers.length;
      const [source, target] = [clients[from]!, clients[to]!];
      between();
      await target.call('CLUSTER', 'SETSLOT', slot, 'IMPORTING', ids[from]!);
      await source.call('CLUSTER', 'SETSLOT', slot, 'MIGRATING', ids[to]!);
      for (;;) {
        between();
        const keys = (await source.call('CLUSTER', 'GETKEYSINSLOT', slot, 1)) as string[];
        if (keys.length === 0) break;
        await source.call('MIGRATE', '127.0.0.1', servers[to]!.port, '', 0, 5_000, 'KEYS', ...keys);
      }
      // Whoever gets it is told first, so that there is no moment in which nobody has it.
      await target.call('CLUSTER', 'SETSLOT', slot, 'NODE', ids[to]!);
      between();
      await source.call('CLUSTER', 'SETSLOT', slot, 'NODE', ids[to]!);
      between();
      for (const node of clients) {
        await node.call('CLUSTER', 'SETSLOT', slot, 'NODE', ids[to]!);
        node.disconnect();
      }
    },
    async close() {
      await Promise.all(servers.map(server => server.close()));
    },
  };
}
