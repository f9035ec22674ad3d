import { Command } from 'commander';
import type { CommandHost } from '../command-host.ts';
import { exitCodesHelp } from '../exit-codes.ts';
import { inline } from '../printable-text.ts';
import { serverOf, withServer, type ServerFlags } from '../server-address.ts';

interface CancelFlags extends ServerFlags {
  readonly reason?: string | undefined;
}

const HELP = `
Examples:
  Ask a run to stop; its agent gets a few seconds to clean up:
    $ sluice cancel RUN --reason 'wrong folder'

  And wait until it has:
    $ sluice cancel RUN && sluice tail RUN --from now

${exitCodesHelp('ok', 'usage', 'unreachable', 'notFound', 'refused')}
`;

/** `sluice cancel`: asks a run to stop. */
export function cancelCommand(host: CommandHost): Command {
  return withServer(
    new Command('cancel')
      .summary('ask a run to stop')
      .description('Asks a run to stop. Asking again is no mistake.')
      .argument('<run>', 'id of the run')
      .option('--reason <text>', 'why, for whoever looks at it'),
  )
    .addHelpText('after', HELP)
    .action((runId: string, flags: CancelFlags) => cancel(runId, flags, host));
}

async function cancel(runId: string, flags: CancelFlags, host: CommandHost): Promise<void> {
  const { client, urlFlag } = serverOf(flags, host.env);
  const result = await client.cancel(runId, { reason: flags.reason });
  if (flags.json) return host.output.write(`${JSON.stringify({ runId, result })}\n`);
  const id = inline(runId);
  await host.output.write(
    result === 'cancelled'
      ? `Run ${id} is cancelled.\n`
      : `Run ${id} is asked to stop. Watch it end: sluice tail ${id} --from now${urlFlag}\n`,
  );
}
