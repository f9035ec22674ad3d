import { Command } from 'commander';
import { SluiceError } from '../../index.ts';
import type { CommandHost } from '../command-host.ts';
import { exitCodesHelp } from '../exit-codes.ts';
import { untilInterrupted } from '../interruption.ts';
import { pause } from '../pause.ts';
import { paced } from '../replay-pace.ts';
import { serverOf, withServer, type ServerFlags } from '../server-address.ts';
import { ItemWriter } from '../show-items.ts';
import { storedItems } from '../stored-items.ts';

interface ReplayFlags extends ServerFlags {
  readonly speed: number;
  readonly filter?: string | undefined;
}

const HELP = `
Examples:
  Watch what a run did, as fast as it did it:
    $ sluice replay RUN

  Four times as fast, and only what it said:
    $ sluice replay RUN --speed 4 --filter token

  Feed a page that you build with a real run, again and again:
    $ sluice replay RUN --json --speed 10 | node my-page.mjs

Of a run that has not ended what is stored by now is played; tail follows it.

${exitCodesHelp('ok', 'usage', 'unreachable', 'notFound', 'outputLost')}
`;

/** `sluice replay`: a stored run again, with its own pauses. */
export function replayCommand(host: CommandHost): Command {
  return withServer(
    new Command('replay')
      .summary('play a stored run again, with its pauses')
      .description('Shows the stored events of a run with the pauses that were between them.')
      .argument('<run>', 'id of the run')
      .option('--speed <number>', 'times as fast as it was, or max for no pauses', speedOf, 1)
      .option('--filter <names>', 'which events, such as chat or token,tool.* (default: all)'),
  )
    .addHelpText('after', HELP)
    .action((runId: string, flags: ReplayFlags) => replay(runId, flags, host));
}

async function replay(runId: string, flags: ReplayFlags, host: CommandHost): Promise<void> {
  const server = serverOf(flags, host.env);
  const writer = new ItemWriter(host, server, flags);
  await untilInterrupted(host, async signal => {
    const stored = storedItems(server, runId, { filter: flags.filter, signal });
    await writer.write(paced(stored, { speed: flags.speed, wait: ms => pause(ms, signal) }));
  });
}

function speedOf(text: string): number {
  if (text === 'max') return Infinity;
  const speed = Number(text);
  if (/^\d+(\.\d+)?$/.test(text) && speed > 0) return speed;
  const shown = JSON.stringify(text.slice(0, 80));
  throw new SluiceError('BAD_OPTION', `--speed: expected a number above 0, or max, got ${shown}.`);
}
