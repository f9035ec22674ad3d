import type { ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { freePort, kill, launch, redisServer } from './redis-server.ts';

/** A master and a replica that three sentinels look after. */
export interface RedisSentinels {
  /** As ioredis takes it. */
  readonly place: {
    readonly sentinels: { readonly host: string; readonly port: number }[];
    readonly name: string;
  };
  killMaster(): Promise<void>;
  close(): Promise<void>;
}

const NAME = 'runs';

export async function redisSentinels(): Promise<RedisSentinels> {
  const options = ['--repl-diskless-sync-delay', '0'];
  const [master, replica] = await Promise.all([redisServer(...options), redisServer(...options)]);
  const follower = new Redis(replica.url);
  await follower.call('REPLICAOF', '127.0.0.1', master.port);
  const deadline = Date.now() + 45_000;
  const isSo = async (ask: () => Promise<boolean>, what: string): Promise<void> => {
    while (!(await ask())) if (Date.now() > deadline) throw new Error(`${what} did not come true`);
  };
  await isSo(
    async () => ((await follower.call('ROLE')) as string[])[3] === 'connected',
    'the replica follows',
  );
  follower.disconnect();
  const dir = mkdtempSync(join(tmpdir(), 'sluice-sentinels-'));
  const sentinels: { readonly port: number; readonly child: ChildProcess }[] = [];
  for (let at = 0; at < 3; at++) {
    const port = await freePort();
    const file = join(dir, `${port}.conf`);
    const rules = [
      `monitor ${NAME} 127.0.0.1 ${master.port} 2`,
      `down-after-milliseconds ${NAME} 1000`,
      `failover-timeout ${NAME} 5000`,
    ];
    const lines = [`port ${port}`, 'bind 127.0.0.1', `dir ${dir}`, ...rules.map(rule => `sentinel ${rule}`)];
    writeFileSync(file, `${lines.join('\n')}\n`);
    sentinels.push({ port, child: await launch([file, '--sentinel'], '+monitor') });
  }
  for (const { port } of sentinels) {
    const client = new Redis(port);
    const count = async (what: string): Promise<number> =>
      ((await client.call('SENTINEL', what, NAME)) as unknown[]).length;
    await isSo(
      async () => (await count('sentinels')) === 2 && (await count('replicas')) === 1,
      'a sentinel knows all',
    );
    client.disconnect();
  }
  return {
    place: { sentinels: sentinels.map(({ port }) => ({ host: '127.0.0.1', port })), name: NAME },
    killMaster: () => master.kill(),
    async close() {
      await Promise.all([...sentinels.map(({ child }) => kill(child)), master.close(), replica.close()]);
      rmSync(dir, { recursive: true, force: true });
    },
  };
}
