import { afterAll } from '@jest/globals';
import { spawn, type ChildProcess, type ChildProcessByStdio } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import type { Readable, Writable } from 'node:stream';
import { lastValueFrom, toArray } from 'rxjs';
import {
  createEngine,
  isNotice,
  type Engine,
  type EngineOptions,
  type RunEvent,
} from '../../../src/index.ts';
import { serveHttp, type HttpServer } from '../../../src/http/index.ts';
import { until } from '../../support/settle.ts';

/** A server in this process. */
export interface Served {
  readonly engine: Engine;
  readonly server: HttpServer;
  readonly url: string;
  close(): Promise<void>;
}

export async function serve(options: EngineOptions = {}): Promise<Served> {
  const engine = createEngine(options);
  const server = await serveHttp({ engine, port: 0 });
  return {
    engine,
    server,
    url: server.url,
    close: () => engine.close({ whenEnded: () => server.close() }).then(),
  };
}

/** `sluice exec` as a real process. */
export interface Exec {
  readonly process: ChildProcessByStdio<Writable, Readable, Readable>;
  readonly out: () => string;
  readonly err: () => string;
  readonly bytes: () => Buffer;
  /** Bytes on standard output so far. */
  readonly size: () => number;
  readonly ended: Promise<number | NodeJS.Signals>;
  /** Waits until it has said so. */
  says(text: string): Promise<void>;
}

const running = new Set<ChildProcess>();
// Whatever a spec that failed has left, with its programs.
afterAll(() => {
  for (const child of running) for (const signal of ['SIGINT', 'SIGTERM'] as const) child.kill(signal);
});

/** `path`: the command. Nothing is in its standard input but `input`; without it stays open. */
export function exec(
  path: string,
  url: string,
  args: readonly string[],
  { input = '', isOpen = false, stdio }: { input?: string; isOpen?: boolean; stdio?: 'unread' } = {},
): Exec {
  const { SLUICE_RUN_ID: _r, SLUICE_HEADERS: _h, ...env } = process.env;
  const child = spawn(process.execPath, [path, 'exec', ...args], {
    env: { ...env, SLUICE_URL: url },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  running.add(child.once('exit', () => running.delete(child)));
  child.stdin.on('error', () => undefined);
  if (!isOpen) child.stdin.end(input);
  else if (input !== '') child.stdin.write(input);
  const said: [Buffer[], Buffer[]] = [[], []];
  let size = 0;
  if (stdio !== 'unread') {
    child.stdout.on('data', (bytes: Buffer) => {
      said[0].push(bytes);
      size += bytes.length;
    });
  }
  child.stderr.on('data', (bytes: Buffer) => said[1].push(bytes));
  const [out, err] = said.map(parts => () => Buffer.concat(parts).toString()) as [() => string, () => string];
  return {
    ...{ process: child, out, err, bytes: () => Buffer.concat(said[0]), size: () => size },
    ended: new Promise(resolve =>
      child.once(stdio === 'unread' ? 'exit' : 'close', (code: number | null, signal: NodeJS.Signals) =>
        resolve(code ?? signal),
      ),
    ),
    says: text => until(() => out().includes(text) || err().includes(text), JSON.stringify(text)),
  };
}

/** Every event of a run, once it has ended. */
export async function eventsOf({ engine }: Served, runId: string): Promise<RunEvent[]> {
  const items = await lastValueFrom(engine.events(runId).pipe(toArray()));
  return items.map(item => {
    if (isNotice(item)) throw new Error(`unexpected ${item.notice}`);
    return item;
  });
}

/** What a run has of one channel as text. */
export function textOf(events: readonly RunEvent[], channel: 'stdout' | 'stderr'): string {
  return events
    .map(event => (event.type === 'token' && event.data.messageId === channel ? event.data.content : ''))
    .join('');
}

/** Processes that live, zombies not among them, whose environment says that they are part of the run. */
export function processesOf(runId: string): string[] {
  return readdirSync('/proc')
    .filter(name => /^\d+$/.test(name))
    .filter(pid => {
      try {
        const isOfRun = readFileSync(`/proc/${pid}/environ`, 'utf8').includes(`SLUICE_RUN_ID=${runId}\0`);
        return isOfRun && !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
      } catch {
        return false;
      }
    });
}
