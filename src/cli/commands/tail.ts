import { Command } from 'commander';
import { SluiceError, type RunStatus } from '../../index.ts';
import type { ConnectionState } from '../../client/index.ts';
import type { CommandHost } from '../command-host.ts';
import { connectionTeller } from '../connection-teller.ts';
import { EXIT_CODES, exitCodesHelp } from '../exit-codes.ts';
import { firstAnswer } from '../first-answer.ts';
import { untilInterrupted } from '../interruption.ts';
import { inline } from '../printable-text.ts';
import type { AnyItem } from '../run-printer.ts';
import { serverOf, withServer, type Server, type ServerFlags } from '../server-address.ts';
import { ItemWriter, type Shown } from '../show-items.ts';
import { storedItems } from '../stored-items.ts';

interface TailFlags extends ServerFlags {
  readonly from: string;
  readonly filter?: string | undefined;
  readonly follow: boolean;
  readonly exitStatus?: boolean | undefined;
  readonly retries?: number | undefined;
  readonly wait: number;
}

/** Seconds that a server is waited for which does not answer at first. */
const WAIT = 30;

const HELP = `
Examples:
  Watch a run from its beginning to its end, over lost connections too:
    $ sluice tail RUN

  Only what it says and does from now on, as JSON lines for another program:
    $ sluice tail RUN --from now --filter 'token,tool.*' --json | jq -r .type

  Wait for a run in a script, and go on only if it completed:
    $ sluice tail RUN --exit-status > run.log && ./deploy.sh

A server that does not answer at first may be starting again, so it is waited for: ${WAIT} s, and the first line on
standard error says so. A script that would rather know at once passes --wait 0. --no-follow never waits.

Leaving it, by Ctrl-C or otherwise, cancels nothing. Filters: types, topics such as tool.*, minimal, chat, all.

${exitCodesHelp('ok', 'usage', 'unreachable', 'notFound', 'outputLost', 'runFailed', 'runCancelled')}
`;

/** `sluice tail`: a run as it happens, from the beginning or from a place in it. */
export function tailCommand(host: CommandHost): Command {
  return withServer(
    new Command('tail')
      .summary('watch a run as it happens')
      .description('Shows the events of a run as they happen, until it ends.')
      .argument('<run>', 'id of the run')
      .option('--from <place>', 'where to begin: start, now, a cursor, or a seq', 'start')
      .option('--filter <names>', 'which events, such as chat or token,tool.* (default: all)')
      .option('--no-follow', 'show what is stored, then stop')
      .option(
        '--exit-status',
        `exit with ${EXIT_CODES.runFailed} if it failed, ${EXIT_CODES.runCancelled} if it was cancelled`,
      )
      .option(
        '--retries <number>',
        'lost connections in a row before it gives up (default: it never does)',
        count('--retries'),
      )
      .option(
        '--wait <seconds>',
        'how long it waits for a server that does not answer at first',
        count('--wait'),
        WAIT,
      ),
  )
    .addHelpText('after', HELP)
    .action((runId: string, flags: TailFlags) => tail(runId, flags, host));
}

async function tail(runId: string, flags: TailFlags, host: CommandHost): Promise<void> {
  const server = serverOf(flags, host.env);
  const writer = new ItemWriter(host, server, flags);
  await untilInterrupted(host, async signal => {
    const wait = flags.follow ? flags.wait * 1_000 : 0;
    // What is wrong with the address or the run is said at once, while a stream would try again for ever.
    await firstAnswer(
      () => server.client.get(runId),
      { wait, retries: flags.retries, signal, isQuiet: flags.json },
      host,
    );
    const items = flags.follow
      ? followed(server, runId, { flags, signal, onState: connectionTeller(host, () => void writer.break()) })
      : storedItems(server, runId, { after: flags.from, filter: flags.filter, signal });
    const shown = await writer.write(items);
    if (signal.aborted) return;
    if (shown.isGone) throw gone(runId, server);
    if (!flags.follow && !flags.exitStatus) return;
    const status = await statusAt(shown, server, runId);
    if (!shown.end && flags.follow && !flags.json) {
      host.complain(`Run ${inline(runId)} has ended before: ${status}. --from start shows it.`);
    }
    if (flags.exitStatus) host.endWith(exitStatus(status));
  });
}

function followed(
  server: Server,
  runId: string,
  {
    flags,
    ...options
  }: {
    readonly flags: TailFlags;
    readonly signal: AbortSignal;
    readonly onState: ((state: ConnectionState) => void) | undefined;
  },
): AsyncIterable<AnyItem> {
  const { from, filter, retries } = flags;
  return server.client.events(runId, { after: from, filter, maxRetries: retries, ...options });
}

/** How the run was doing when it was left. Whoever begins behind the end of a run is shown nothing of it. */
async function statusAt({ end }: Shown, { client }: Server, runId: string): Promise<RunStatus> {
  if (!end) return (await client.get(runId)).status;
  if (end.type === 'complete') return 'completed';
  return end.type === 'cancelled' ? 'cancelled' : 'failed';
}

function exitStatus(status: RunStatus): number {
  if (status === 'failed') return EXIT_CODES.runFailed;
  return status === 'cancelled' ? EXIT_CODES.runCancelled : EXIT_CODES.ok;
}

function gone(runId: string, { urlFlag }: Server): SluiceError {
  return new SluiceError(
    'RUN_NOT_FOUND',
    `run ${runId} is gone: it expired, was erased, or its server began anew. What is there: sluice runs${urlFlag}`,
    { runId },
  );
}

function count(flag: string): (text: string) => number {
  return text => {
    if (/^\d{1,9}$/.test(text)) return Number(text);
    const got = JSON.stringify(text.slice(0, 80));
    throw new SluiceError('BAD_OPTION', `${flag}: expected a whole number, got ${got}.`);
  };
}
