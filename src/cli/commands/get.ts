import { Command } from 'commander';
import type { CheckpointEvent } from '../../client/index.ts';
import type { CommandHost } from '../command-host.ts';
import { exitCodesHelp } from '../exit-codes.ts';
import { openAsks } from '../open-asks.ts';
import { clipped, inline } from '../printable-text.ts';
import { runDetail } from '../run-detail.ts';
import { localTime } from '../run-table.ts';
import { serverOf, withServer, type ServerFlags } from '../server-address.ts';
import { styleFor } from '../terminal-style.ts';
import { textTable } from '../text-table.ts';

interface GetFlags extends ServerFlags {
  readonly checkpoints?: boolean | undefined;
}

const HELP = `
Examples:
  How a run is doing, and what it asks:
    $ sluice get RUN

  What it saved on its way, newest first:
    $ sluice get RUN --checkpoints

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
      .argument('<run>', 'id of the run')
      .option('--checkpoints', 'show its 50 newest checkpoints instead, newest first'),
  )
    .addHelpText('after', HELP)
    .action((runId: string, flags: GetFlags) => (flags.checkpoints ? checkpoints : get)(runId, flags, host));
}

async function get(runId: string, flags: ServerFlags, host: CommandHost): Promise<void> {
  const server = serverOf(flags, host.env);
  const run = await server.client.get(runId);
  if (flags.json) return host.output.write(`${JSON.stringify(run)}\n`);
  const asks = run.status === 'waiting' ? await openAsks(server, runId) : [];
  const lines = runDetail(run, asks, { style: styleFor(host.output, host.env), urlFlag: server.urlFlag });
  await host.output.write(`${lines.join('\n')}\n`);
}

const LONGEST = 80;

async function checkpoints(runId: string, flags: ServerFlags, host: CommandHost): Promise<void> {
  const saved = await serverOf(flags, host.env).client.checkpoints(runId);
  if (flags.json) return host.output.write(saved.map(event => `${JSON.stringify(event)}\n`).join(''));
  if (saved.length === 0) return host.output.write('No checkpoints.\n');
  const columns = [
    { title: 'SEQ', text: ({ seq }: CheckpointEvent) => `${seq}` },
    { title: 'TIME', text: ({ time }: CheckpointEvent) => localTime(time) },
    { title: 'NAME', text: ({ data }: CheckpointEvent) => clipped(inline(data.name), LONGEST) },
    {
      title: 'DATA',
      text: ({ data }: CheckpointEvent) => clipped(inline(JSON.stringify(data.data) ?? ''), LONGEST),
    },
  ];
  await host.output.write(`${textTable(columns, saved, styleFor(host.output, host.env).dim).join('\n')}\n`);
}
