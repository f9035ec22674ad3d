import { Command } from 'commander';
import { exportFiles, type FileFinding } from '../../backends/file/index.ts';
import { checkStore } from '../check-store.ts';
import type { CommandHost } from '../command-host.ts';
import { exitCodesHelp } from '../exit-codes.ts';

const HELP = `
Examples:
  All that a folder has, for another program:
    $ sluice export ./data > runs.ndjson

  One run:
    $ sluice export ./data --run RUN | jq -r 'select(.type == "token").data.content'

${exitCodesHelp('ok', 'fault', 'usage', 'outputLost')}
`;

interface ExportFlags {
  readonly run?: string;
  readonly tenant?: string;
}

/** `sluice export`: the events of a folder of the file backend as JSON lines. */
export function exportCommand(host: CommandHost): Command {
  return new Command('export')
    .summary('print the events of a folder of runs as JSON lines')
    .description(
      'Prints the events of a folder that --backend file:DIR writes in, run by run, as JSON lines.',
    )
    .argument('<folder>', 'folder that was given to --backend file:')
    .option('--run <id>', 'of this run only')
    .option('--tenant <id>', 'of this tenant only')
    .addHelpText('after', HELP)
    .action((folder: string, flags: ExportFlags) => exportRuns(folder, flags, host));
}

async function exportRuns(folder: string, { run, tenant }: ExportFlags, host: CommandHost): Promise<void> {
  const onFinding = ({ path, message }: FileFinding): void => host.complain(`${path}: ${message}`);
  const dir = checkStore(folder, host.cwd);
  for await (const line of exportFiles(dir, { runId: run, tenantId: tenant, onFinding })) {
    await host.output.write(`${line}\n`);
  }
}
