import { Command } from 'commander';
import { verifyFiles } from '../../backends/file/index.ts';
import { checkStore } from '../check-store.ts';
import type { CommandHost } from '../command-host.ts';
import { EXIT_CODES, exitCodesHelp } from '../exit-codes.ts';

const HELP = `
Examples:
  After a crash, or before a move:
    $ sluice verify ./data

  In a script:
    $ sluice verify ./data --json | jq .message

${exitCodesHelp('ok', 'fault', 'usage')}
  It is ${EXIT_CODES.fault} too if something is broken.
`;

/** `sluice verify`: reads a folder of the file backend, and says what in it is broken. */
export function verifyCommand(host: CommandHost): Command {
  return new Command('verify')
    .summary('check a folder of runs: every record, every event, every chain')
    .description(
      'Reads all of a folder that --backend file:DIR writes in, and says what is broken. Changes nothing.',
    )
    .argument('<folder>', 'folder that was given to --backend file:')
    .option('--json', 'print what is found as JSON, one a line')
    .addHelpText('after', HELP)
    .action((folder: string, { json = false }: { json?: boolean }) => verify(folder, json, host));
}

async function verify(folder: string, isJson: boolean, host: CommandHost): Promise<void> {
  const dir = checkStore(folder, host.cwd);
  const seen = { runs: 0, events: 0, bytes: 0 };
  let findings = 0;
  for await (const finding of verifyFiles(dir, seen)) {
    findings++;
    const { path, runId, message } = finding;
    const text = `${path}: ${runId === undefined ? '' : `run ${runId}: `}${message}`;
    await host.output.write(`${isJson ? JSON.stringify(finding) : text}\n`);
  }
  if (findings > 0) host.endWith(EXIT_CODES.fault);
  const { runs, events, bytes } = seen;
  const whole = `${runs} runs, ${events} events, ${bytes} bytes: ${findings === 0 ? 'all as they were written' : `${findings} things are broken`}.`;
  if (isJson) host.complain(JSON.stringify({ ...seen, findings }));
  else await host.output.write(`${whole}\n`);
}
