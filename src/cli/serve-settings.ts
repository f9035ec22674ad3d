import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import { SluiceError } from '../index.ts';
import type { Bridge } from '../http/index.ts';
import { bridgesOf } from './bridges.ts';
import { shownAddress } from './shown-address.ts';

/** What was given, as text; absent where nothing was. */
export interface ServeFlags {
  readonly port?: string | undefined;
  readonly host?: string | undefined;
  readonly backend?: string | undefined;
  readonly agents?: string | undefined;
  readonly demo?: boolean | undefined;
  readonly survey?: string | undefined;
  readonly bridge?: readonly string[] | undefined;
  readonly cancelOnStop?: boolean | undefined;
}

/** Where runs are kept: `dir` is an absolute path; `url` may hold a password, and is never shown. */
export type BackendChoice =
  | { readonly kind: 'memory' }
  | { readonly kind: 'file'; readonly dir: string }
  | { readonly kind: 'redis'; readonly url: string };

/** {@link ServeFlags} and variables, checked, with every default filled in. */
export interface ServeSettings {
  readonly port: number;
  readonly host: string;
  readonly backend: BackendChoice;
  /** An absolute path. */
  readonly agents: string | undefined;
  /** The folder that the agent `survey` looks at; absent without `--demo`. */
  readonly surveyed: string | undefined;
  /** Other systems whose clients are answered, too. */
  readonly bridges: readonly Bridge[];
  /** Whether a signal leaves runs to others that can go on with them. */
  readonly handOver: boolean;
}

/** Where a server listens unless it is told otherwise. */
export const DEFAULTS = { port: 4400, host: '127.0.0.1', backend: 'memory' } as const;

const LAST_PORT = 65_535;

/** Flags win over variables, and an empty variable counts as none. Throws `BAD_OPTION`. */
export function resolveServe(
  flags: ServeFlags,
  env: Readonly<Record<string, string | undefined>>,
  { cwd, home }: { readonly cwd: string; readonly home: string },
): ServeSettings {
  const port = given(['--port', flags.port], ['PORT', env.PORT]);
  const host = given(['--host', flags.host], ['HOST', env.HOST]);
  const backend = given(['--backend', flags.backend], ['SLUICE_BACKEND', env.SLUICE_BACKEND]);
  if (flags.survey !== undefined && !flags.demo) {
    throw new SluiceError(
      'BAD_OPTION',
      '--survey: it is for the demo agents, which are not there. Add --demo.',
    );
  }
  return {
    port: port ? checkPort(port) : DEFAULTS.port,
    host: host?.text ?? DEFAULTS.host,
    backend: backend ? checkBackend(backend, cwd, env.REDIS_URL) : { kind: DEFAULTS.backend },
    agents: flags.agents === undefined ? undefined : resolve(cwd, flags.agents),
    bridges: bridgesOf(flags.bridge ?? []),
    handOver: !flags.cancelOnStop,
    surveyed: flags.demo ? checkFolder(resolve(cwd, flags.survey ?? home)) : undefined,
  };
}

interface Given {
  readonly name: string;
  readonly text: string;
}

function given(...places: readonly (readonly [name: string, text: string | undefined])[]): Given | undefined {
  const place = places.find(([, text]) => text !== undefined && text !== '');
  return place && { name: place[0], text: place[1]! };
}

function checkPort({ name, text }: Given): number {
  const port = Number(text);
  if (/^\d{1,5}$/.test(text) && port <= LAST_PORT) return port;
  throw new SluiceError(
    'BAD_OPTION',
    `${name}: expected a port from 0 to ${LAST_PORT}, got ${JSON.stringify(text.slice(0, 200))}. 0 takes any free port.`,
  );
}

function checkBackend({ name, text }: Given, cwd: string, redisUrl: string | undefined): BackendChoice {
  if (text === 'memory') return { kind: 'memory' };
  if (text.startsWith('file:') && text.length > 5) return { kind: 'file', dir: resolve(cwd, text.slice(5)) };
  if (/^rediss?:\/\/./.test(text)) return { kind: 'redis', url: text };
  if (text === 'redis' && redisUrl) return { kind: 'redis', url: redisUrl };
  if (text === 'redis')
    throw new SluiceError(
      'BAD_OPTION',
      `${name} redis: expected its address in REDIS_URL, which is not set. Set it, or pass redis://HOST:PORT.`,
    );
  throw new SluiceError(
    'BAD_OPTION',
    `${name}: expected memory, file:DIR or redis://HOST:PORT, got ${shownAddress(text)}. ` +
      'To keep runs elsewhere, pass a backend to createEngine in a program of your own.',
  );
}

function checkFolder(path: string): string {
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory()) return path;
  throw new SluiceError(
    'BAD_OPTION',
    `--survey: expected a folder, got ${JSON.stringify(path.slice(0, 200))}, which is none.`,
  );
}
