import { Command } from 'commander';
import { config } from 'rxjs';
import { createEngine, isSluiceError, SluiceError, type Engine, type EngineOptions } from '../../index.ts';
import { serveHttp, type HandlerOptions, type HttpServer } from '../../http/index.ts';
import type { CommandHost } from '../command-host.ts';
import { readConfig } from '../config/config-file.ts';
import { demoAgents } from '../demo/demo-agents.ts';
import { AT_ONCE, EXIT_CODES } from '../exit-codes.ts';
import { loadAgents } from '../load-agents.ts';
import { auditFile } from '../audit-file.ts';
import { requestLog } from '../request-log.ts';
import { authorizeOf } from '../serve-auth.ts';
import { withServeFlags } from '../serve-flags.ts';
import { openStores } from '../serve-stores.ts';
import { DEFAULTS, resolveServe, type ServeFlags, type ServeSettings } from '../serve-settings.ts';
import { stopOnSignal } from '../stop-on-signal.ts';
import { welcome } from '../welcome.ts';

const HELP = `
Examples:
  See it work, with agents that need no key and no network:
    $ sluice serve --demo

  Serve your own agents. Each is started with POST /runs or at http://${DEFAULTS.host}:${DEFAULTS.port}:
    $ cat agents.mjs
    import { defineAgent } from 'sluice';
    export const hello = defineAgent({
      name: 'hello',
      run: async ctx => { for (const word of ['Hello ', 'there']) ctx.token(word); return 'done'; },
    });
    $ sluice serve --agents ./agents.mjs

  Keep runs over restarts, in files that people can read:
    $ sluice serve --backend file:./data --agents ./agents.mjs

  Keep runs in Redis; its address has a password, so it comes as a variable:
    $ REDIS_URL=redis://... sluice serve --backend redis --agents ./agents.mjs

  Let other machines in, with keys:
    $ sluice keys new --subject website --file keys.json
    $ sluice serve --host 0.0.0.0 --keys keys.json --agents ./agents.mjs

  Any free port, as a script would choose it:
    $ PORT=0 sluice serve --agents ./agents.mjs

Flags win over variables, and these over sluice.config.yaml, which has every setting there is: see
docs/reference/configuration.md, and sluice doctor for what holds. Without keys or tokens (auth.jwt) only this machine can
reach the server: other addresses are refused.

Exit codes:
  ${EXIT_CODES.ok}    stopped by SIGINT or SIGTERM, its runs ended and told so
  ${EXIT_CODES.fault}    a fault of Sluice, or of an agent's module outside of its runs
  ${EXIT_CODES.usage}    a flag, a variable or a module that cannot be used
  ${EXIT_CODES.portInUse}    the port is taken
  ${AT_ONCE.SIGINT}, ${AT_ONCE.SIGTERM}  stopped at once by a second SIGINT or SIGTERM
`;

/** `sluice serve`: agents behind HTTP, and a page that shows their runs. Ends when a signal stops it. */
export function serveCommand(host: CommandHost): Command {
  return withServeFlags(
    new Command('serve')
      .summary('serve agents over HTTP, with a page that shows their runs')
      .description('Serves agents over HTTP and Server-Sent Events, with a page that shows their runs.'),
  )
    .addHelpText('after', HELP)
    .action((flags: ServeFlags) => serve(flags, host));
}

async function serve(flags: ServeFlags, host: CommandHost): Promise<void> {
  const file = readConfig(flags.config, host.env, host.cwd);
  const settings = resolveServe(flags, host.env, { cwd: host.cwd, home: host.home, file });
  for (const note of settings.notes) host.complain(note);
  const authorize = await authorizeOf(settings, host.complain);
  // What subscribers of app code throw would otherwise end the process, and with it everybody's runs.
  config.onUnhandledError = error => host.complain(`An RxJS subscriber threw: ${described(error)}`);
  // So would a listener of theirs that throws, or a promise that nobody awaits.
  host.outliveErrors(error => host.complain(`Nobody caught: ${described(error)}`));
  const agents = await agentsFor(settings);
  const { backend, tickets, limits } = await openStores(settings, host.complain);
  const engine = createEngine({
    ...settings.engine,
    ...{ agents, backend },
    onObserverError: error => host.complain(`An observer threw: ${described(error)}`),
  });
  await engine.ready;
  const audit = settings.audit && (await auditFile(settings.audit, host.complain));
  const handler = {
    ...{ ...settings.handler, authorize, grants: { ...settings.handler.grants, store: tickets } },
    limits: { ...settings.handler.limits, store: limits },
    ...{ onRequest: requestLog(settings.log, host.errorOutput), audit: audit?.listener },
    // Part of this program, so that nobody has to install it.
    sockets: { load: () => import('ws') },
  };
  const server = await listen(engine, { settings, handler }, host);
  const stopped = untilStopped(
    engine,
    { server, isShared: settings.backend.kind === 'redis', handOver: settings.handOver },
    host,
  );
  const demoRun = settings.surveyed === undefined ? undefined : await engine.start('survey');
  host.print(
    welcome({
      version: host.version,
      url: server.url,
      agents: engine.agents,
      place: placeOf(settings.backend),
      demoRunId: demoRun?.id,
      isGuarded: authorize !== undefined,
    }),
  );
  await stopped;
  await Promise.all([tickets?.close(), limits?.close()]);
  await audit?.close();
}

function placeOf(backend: ServeSettings['backend']): string | undefined {
  if (backend.kind === 'file') return backend.dir;
  return backend.kind === 'redis' ? 'Redis' : undefined;
}

async function agentsFor({ agents, surveyed }: ServeSettings): Promise<NonNullable<EngineOptions['agents']>> {
  return [
    ...(surveyed === undefined ? [] : demoAgents(surveyed)),
    ...(agents === undefined ? [] : await loadAgents(agents)),
  ];
}

async function listen(
  engine: Engine,
  { settings, handler }: { readonly settings: ServeSettings; readonly handler: HandlerOptions },
  host: CommandHost,
): Promise<HttpServer> {
  const { host: address, port, bridges } = settings;
  try {
    return await serveHttp({
      ...handler,
      ...{ engine, host: address, port, bridges },
      ...(host.page !== undefined && { page: host.page }),
    });
  } catch (error) {
    await engine.close();
    throw inWordsOfFlags(error, address, port);
  }
}

/** The same refusals, told to somebody who has flags and no options. */
function inWordsOfFlags(error: unknown, host: string, port: number): unknown {
  if (isSluiceError(error, 'PORT_IN_USE')) {
    const message = `port ${port} of ${host} is taken by another process. Stop it, or choose another port: --port ${port + 1}, or --port 0 for any free one.`;
    return new SluiceError('PORT_IN_USE', message, { cause: error });
  }
  if (isSluiceError(error, 'UNSAFE_ADDRESS')) {
    const message = `--host ${host}: everybody who reaches it could start and read all runs. Let in whom you know: sluice keys new --subject NAME --file keys.json, and then --keys keys.json. Or listen on ${DEFAULTS.host}, with a proxy that authenticates in front.`;
    return new SluiceError('UNSAFE_ADDRESS', message, { cause: error });
  }
  return error;
}

/** Resolves when a signal came, every run has ended, and every watcher was told. */
function untilStopped(
  engine: Engine,
  {
    server,
    isShared,
    handOver,
  }: { readonly server: HttpServer; readonly isShared: boolean; readonly handOver: boolean },
  host: CommandHost,
): Promise<void> {
  return new Promise((resolve, reject) =>
    stopOnSignal(host.signals, signal => {
      const runs = engine.stats.liveRuns;
      const waiting =
        runs === 0 ? '' : ` ${runs} ${runs === 1 ? 'run gets' : 'runs get'} a few seconds to clean up.`;
      host.complain(`${signal}: stopping.${waiting} The same again exits at once.`);
      // Where others may answer in its place, nobody need wait for this one.
      if (isShared) server.drain();
      engine.close({ handOver, whenEnded: () => server.close() }).then(() => resolve(), reject);
    }),
  );
}

function described(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
