import { Command } from 'commander';
import type { CommandHost } from '../command-host.ts';
import { exitCodesHelp } from '../exit-codes.ts';
import { openAsks } from '../open-asks.ts';
import { runDetail } from '../run-detail.ts';
import { serverOf, withServer, type ServerFlags } from '../server-address.ts';
import { styleFor } from '../terminal-style.ts';

const HELP = `
Examples:
  How a run is doing, and what it asks:
    $ sluice get RUN

  What it came to, for another program:
    $ sluice get RUN --json | jq .output

${exitCodesHelp('ok', 'usage', 'unreachable', 'notFound', 'outputLost')}
`;

/** `sluice get`: what is known of one run. */
export function getCommand(host: CommandHost): Command {
  return withServer(
    new Command('get')
      .summary('show one run: status, input, output, questions')
      .description('Shows what is known of one run.')
      .argument('<run>', 'id of the run'),
  )
    .addHelpText('after', HELP)
    .action((runId: string, flags: ServerFlags) => get(runId, flags, host));
}

async function get(runId: string, flags: ServerFlags, host: CommandHost): Promise<void> {
  const server = serverOf(flags, host.env);
  const run = await server.client.get(runId);
  if (flags.json) return host.output.write(`${JSON.stringify(run)}\n`);
  const asks = run.status === 'waiting' ? await openAsks(server, runId) : [];
  const lines = runDetail(run, asks, { style: styleFor(host.output, host.env), urlFlag: server.urlFlag });
  await host.output.write(`${lines.join('\n')}\n`);
}
