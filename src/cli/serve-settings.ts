import { resolve } from 'node:path';
import type { DockrionStreaming } from '../bridges/dockrion/index.ts';
import type { FileBackendOptions } from '../backends/file/index.ts';
import type { RedisBackendOptions } from '../backends/redis/index.ts';
import type { Bridge, HandlerOptions } from '../http/index.ts';
import type { JwtOptions } from '../http/jwt/index.ts';
import type { EngineOptions } from '../index.ts';
import type { AuditFileOptions } from './audit-file.ts';
import { checkBackend, type BackendChoice } from './backend-choice.ts';
import { bridgesOf } from './bridges.ts';
import { checkFolder, checkLog, checkPort } from './check-setting.ts';
import { checkLimitsStore } from './check-limits-store.ts';
import type { ConfigFile } from './config/config-file.ts';
import type { Config } from './config/config-schema.ts';
import { readDockfile } from './config/dockfile.ts';
import { secretAt } from './config/secret-at.ts';
import { Sources, type Origin } from './config/sources.ts';
import { secretsOf } from './secret-settings.ts';
import type { LogKind } from './request-log.ts';

/** What was given, as text; absent where nothing was. */
export interface ServeFlags {
  readonly config?: string | undefined;
  readonly port?: string | undefined;
  readonly host?: string | undefined;
  readonly allowHost?: readonly string[] | undefined;
  readonly backend?: string | undefined;
  readonly agents?: string | undefined;
  readonly keys?: string | undefined;
  readonly demo?: boolean | undefined;
  readonly survey?: string | undefined;
  readonly bridge?: readonly string[] | undefined;
  readonly cancelOnStop?: boolean | undefined;
  readonly log?: string | undefined;
  readonly audit?: string | undefined;
  readonly detectSecrets?: string | true | undefined;
  readonly limitsStore?: string | undefined;
}

/** {@link ServeFlags}, variables and a file of settings, checked, with the defaults of the command filled in. */
export interface ServeSettings {
  readonly port: number;
  readonly host: string;
  readonly backend: BackendChoice;
  readonly file: Omit<FileBackendOptions, 'dir'>;
  readonly redis: Omit<RedisBackendOptions, 'url'>;
  /** An absolute path. */
  readonly agents: string | undefined;
  /** The folder that the agent `survey` looks at; absent without a demo. */
  readonly surveyed: string | undefined;
  /** Other systems whose clients are answered, too. */
  readonly bridges: readonly Bridge[];
  /** Whether a signal leaves runs to others that can go on with them. */
  readonly handOver: boolean;
  /** An absolute path. */
  readonly keys: string | undefined;
  readonly jwt: JwtOptions | undefined;
  /** How requests are logged. */
  readonly log: LogKind;
  /** Where deeds are noted, by an absolute path. */
  readonly audit: AuditFileOptions | undefined;
  /** The Redis where rates are counted, which may have a password in it; absent: in this process. */
  readonly limitsUrl: string | undefined;
  readonly handler: Omit<HandlerOptions, 'authorize' | 'bridges' | 'page' | 'clock'>;
  readonly engine: Omit<EngineOptions, 'backend' | 'agents' | 'events' | 'clock'>;
  /** Where each setting that somebody gave came from. */
  readonly origins: readonly Origin[];
  /** What a Dockfile says that does nothing here. */
  readonly notes: readonly string[];
}

/** Where a server listens unless it is told otherwise. */
export const DEFAULTS = { port: 4400, host: '127.0.0.1', backend: 'memory' } as const;

/** The process that settings are for. */
export interface Surroundings {
  readonly cwd: string;
  readonly home: string;
  readonly file?: ConfigFile | undefined;
}

/**
 * Flags win over variables, these over the file, it over the Dockfile that it names, and an empty variable counts as none.
 * Paths in a file begin where the file is, others where the command runs. Throws `BAD_OPTION`, `BAD_FILTER`.
 */
export function resolveServe(
  flags: ServeFlags,
  env: Readonly<Record<string, string | undefined>>,
  { cwd, home, file }: Surroundings,
): ServeSettings {
  const config: Config = file?.config ?? {};
  const folder = file?.folder ?? cwd;
  const { notes, ...dock } = readDockfile(config.dockfile, { folder, env });
  const sources = new Sources(file);
  const given = { flags, env, config, sources, cwd, folder };
  const port = sources.first('port', ['--port', flags.port], ['PORT', env['PORT']]);
  const host = sources.first('host', ['--host', flags.host], ['HOST', env['HOST']]);
  const backend =
    sources.first('backend', ['--backend', flags.backend], ['SLUICE_BACKEND', env['SLUICE_BACKEND']]) ??
    sources.inFile('backend', config.backend) ??
    (dock.backend && {
      name: 'streaming.backend',
      text: dock.redisUrl && dock.backend === 'redis' ? dock.redisUrl : dock.backend,
    });
  if (flags.cancelOnStop) sources.say('cancelOnStop', '--cancel-on-stop', 'true');
  if (flags.bridge) sources.say('bridges', '--bridge', flags.bridge.join(', '));
  const agents = pathOf(given, 'agents', { flag: '--agents', variable: 'SLUICE_AGENTS' });
  const surveyed = surveyedOf(given, home);
  const fromFile = backend?.name !== '--backend' && backend?.name !== 'SLUICE_BACKEND';
  const chosen: BackendChoice = backend
    ? checkBackend(backend, fromFile ? folder : cwd, env['REDIS_URL'])
    : { kind: DEFAULTS.backend };
  const handler = handlerOf(given, dock.heartbeat);
  return {
    port: port ? checkPort(port) : (config.port ?? DEFAULTS.port),
    host: host?.text ?? config.host ?? DEFAULTS.host,
    backend: chosen,
    file: { ...config.file },
    redis: { ...config.redis },
    agents,
    audit: auditOf(given),
    limitsUrl: limitsUrlOf(given, chosen),
    log: logOf(given),
    keys: pathOf(given, 'keys', { flag: '--keys', variable: 'SLUICE_KEYS' }),
    surveyed,
    bridges: bridgesOf(
      flags.bridge,
      dockrionWith(config.bridges, config.dockfile !== undefined, dock.events),
      {
        demoAgent: surveyed !== undefined && agents === undefined ? 'slow' : undefined,
        secret: handler.grants?.secret,
      },
    ),
    handOver: !(flags.cancelOnStop ?? config.cancelOnStop),
    jwt: jwtOf(given),
    handler,
    engine: engineOf(given, dock),
    origins: sources.all(),
    notes,
  };
}

interface Given {
  readonly flags: ServeFlags;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly config: Config;
  readonly sources: Sources;
  readonly cwd: string;
  readonly folder: string;
}

function pathOf(
  { flags, env, config, sources, cwd, folder }: Given,
  name: 'agents' | 'audit' | 'keys',
  { flag, variable }: { readonly flag: string; readonly variable: string },
): string | undefined {
  const key = name === 'keys' ? 'auth.keys' : name;
  const place = sources.first(key, [flag, flags[name]], [variable, env[variable]]);
  if (place) return resolve(cwd, place.text);
  const written = name === 'keys' ? config.auth?.keys : config[name];
  return written === undefined ? undefined : resolve(folder, written);
}

function auditOf(given: Given): AuditFileOptions | undefined {
  const path = pathOf(given, 'audit', { flag: '--audit', variable: 'SLUICE_AUDIT' });
  const { auditSize: size, auditFiles: files } = given.config;
  return path === undefined ? undefined : { path, size, files };
}

function limitsUrlOf({ flags, env, config, sources }: Given, backend: BackendChoice): string | undefined {
  const { store } = config.limits ?? {};
  const variable = env['SLUICE_LIMITS_STORE'];
  const place =
    sources.first('limits.store', ['--limits-store', flags.limitsStore], ['SLUICE_LIMITS_STORE', variable]) ??
    sources.inFile('limits.store', store);
  return place && checkLimitsStore(place, backend, env['REDIS_URL']);
}

function logOf({ flags, env, config, sources }: Given): LogKind {
  const place = sources.first('log', ['--log', flags.log], ['SLUICE_LOG', env['SLUICE_LOG']]);
  return place ? checkLog(place) : (config.log ?? 'off');
}

function surveyedOf({ flags, config, sources, cwd, folder }: Given, home: string): string | undefined {
  const isDemo = flags.demo ?? config.demo ?? false;
  if (flags.demo) sources.say('demo', '--demo', 'true');
  const flag = sources.first('survey', ['--survey', flags.survey]);
  if (flag) return checkFolder('--survey', resolve(cwd, flag.text), isDemo);
  if (config.survey !== undefined) return checkFolder('survey', resolve(folder, config.survey), isDemo);
  return isDemo ? checkFolder('survey', home, isDemo) : undefined;
}

function dockrionWith(
  bridges: Config['bridges'],
  hasDockfile: boolean,
  events: DockrionStreaming['events'],
): Config['bridges'] {
  const listed = typeof events === 'string' ? events : events && [...events];
  return hasDockfile ? { ...bridges, dockrion: { events: listed, ...bridges?.dockrion } } : bridges;
}

function jwtOf({ config: { auth }, env, folder }: Given): JwtOptions | undefined {
  if (!auth?.jwt) return undefined;
  const { key, algorithms = [], issuer = '', audience = '', ...rest } = auth.jwt;
  return {
    ...{ ...rest, algorithms, issuer, audience },
    ...(key && { key: secretAt('auth.jwt.key', key, { env, folder }) }),
  };
}

function handlerOf(
  { flags, env, config, sources, folder }: Given,
  heartbeat?: number,
): ServeSettings['handler'] {
  const { basePath, metrics, streamAge, retry, bodyLimit, sockets, cors, grants = {}, limits = {} } = config;
  const hosts = sources.first(
    'allowedHosts',
    ['--allow-host', flags.allowHost?.join(',')],
    ['SLUICE_ALLOWED_HOSTS', env['SLUICE_ALLOWED_HOSTS']],
  );
  const named = hosts?.text.split(',').map(name => name.trim());
  const secret = sources.first('grants.secret', ['SLUICE_GRANTS_SECRET', env['SLUICE_GRANTS_SECRET']]);
  const { tenantConnections, addressConnections, tenantRequests, tenantEvents, addressFailures, proxies } =
    limits;
  return {
    allowedHosts: named?.includes('any') ? 'any' : (named ?? config.allowedHosts),
    ...{ basePath, metrics, streamAge, retry, bodyLimit, heartbeat: config.heartbeat ?? heartbeat },
    sockets,
    cors: cors?.origins && { origins: cors.origins, credentials: cors.credentials },
    grants: {
      ...grants,
      secret: secret?.text ?? (grants.secret && secretAt('grants.secret', grants.secret, { env, folder })),
    },
    limits: { tenantConnections, addressConnections, tenantRequests, tenantEvents, addressFailures, proxies },
  };
}

function engineOf(
  given: Given,
  dock: Pick<DockrionStreaming, 'ttl' | 'maxDuration' | 'keptEvents'>,
): ServeSettings['engine'] {
  const { config } = given;
  const { limits = {}, storageTimeout, idle, grace } = config;
  const { liveRuns, eventBytes, keptEvents = dock.keptEvents, keptBytes, mailbox } = limits;
  return {
    ...{ storageTimeout, idle, grace },
    ttl: config.ttl ?? dock.ttl,
    maxDuration: config.maxDuration ?? dock.maxDuration,
    limits: { liveRuns, eventBytes, keptEvents, keptBytes, mailbox },
    secrets: secretsOf(given),
  };
}
