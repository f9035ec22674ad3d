import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { freePort } from './redis-server.ts';
import { until } from './settle.ts';

const SHIPPED = join(import.meta.dirname, '../../examples/several-instances/nginx.conf');

/** A real nginx on a free port. */
export interface NginxServer {
  readonly url: string;
  /** What it complained of. */
  readonly said: string;
  /** Reads its configuration anew; who is connected stays with the workers of before. */
  reload(): void;
  close(): Promise<void>;
}

/**
 * Starts nginx with the configuration that is shipped, in front of instances on these two ports. `more`: what to say
 * otherwise, `[before, after]`.
 */
export async function nginxServer(
  instances: readonly [number, number],
  more: readonly (readonly [string, string])[] = [],
): Promise<NginxServer> {
  const dir = mkdtempSync(join(tmpdir(), 'sluice-nginx-'));
  const port = await freePort();
  const file = join(dir, 'nginx.conf');
  writeFileSync(file, configured(readFileSync(SHIPPED, 'utf8'), { dir, port, instances, more }));
  const child = spawn(process.env.NGINX_PATH ?? 'nginx', ['-c', file, '-e', 'stderr'], {
    stdio: ['ignore', 'ignore', 'pipe'],
    // Where Debian has it, which is on the path of root alone.
    env: { ...process.env, PATH: `${process.env.PATH}${delimiter}/usr/sbin` },
  });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
  const ended = new Promise<void>(resolve => {
    child.once('error', () => resolve());
    child.once('exit', () => resolve());
  });
  const url = `http://127.0.0.1:${port}`;
  await answering(url, child, () => said);
  return {
    url,
    get said() {
      return said;
    },
    reload: () => void child.kill('SIGHUP'),
    async close() {
      child.kill('SIGTERM');
      await ended;
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

/** The same with other addresses. Throws for a configuration that no longer says them so. */
function configured(
  text: string,
  {
    dir,
    port,
    instances,
    more,
  }: {
    readonly dir: string;
    readonly port: number;
    readonly instances: readonly [number, number];
    readonly more: readonly (readonly [string, string])[];
  },
): string {
  const changes = [
    ['listen 8080;', `listen 127.0.0.1:${port};`],
    ['127.0.0.1:4401 ', `127.0.0.1:${instances[0]} `],
    ['127.0.0.1:4402 ', `127.0.0.1:${instances[1]} `],
    ['/tmp/sluice-nginx', join(dir, 'nginx')],
    ...more,
  ] as const;
  return changes.reduce((before, [from, to]) => {
    if (!before.includes(from)) throw new Error(`nginx.conf does not say ${from}`);
    return before.replaceAll(from, to);
  }, text);
}

async function answering(url: string, child: ChildProcess, said: () => string): Promise<void> {
  let hasAnswered = false;
  const ask = async (): Promise<void> => {
    while (!hasAnswered && child.exitCode === null) {
      hasAnswered = await fetch(url).then(
        () => true,
        () => false,
      );
    }
  };
  void ask();
  await until(() => hasAnswered || child.exitCode !== null, `nginx: ${said()}`);
  if (!hasAnswered) throw new Error(`nginx ended with ${child.exitCode}: ${said()}`);
}
