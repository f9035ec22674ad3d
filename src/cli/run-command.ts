import { Command, CommanderError } from 'commander';
import { isSluiceError } from '../index.ts';
import type { CommandHost } from './command-host.ts';
import { serveCommand } from './commands/serve.ts';
import { EXIT_CODES, exitCodeOf } from './exit-codes.ts';

/** Runs the command line `args`, the program's own name not among them. Resolves with the exit code. */
export async function runCommand(args: readonly string[], host: CommandHost): Promise<number> {
  const program = new Command('sluice')
    .description('The event engine for AI agent runs: every run is one typed, ordered, replayable stream.')
    .version(host.version, '-V, --version')
    .addCommand(serveCommand(host))
    .addHelpText('after', '\nStart here:\n  $ sluice serve --demo\n');
  for (const command of [program, ...program.commands]) {
    command
      .exitOverride()
      .configureOutput({ writeOut: host.print, writeErr: host.complain })
      .showHelpAfterError(
        `Run ${command === program ? 'sluice' : `sluice ${command.name()}`} --help to see what there is.`,
      );
  }
  try {
    await program.parseAsync(args, { from: 'user' });
    return EXIT_CODES.ok;
  } catch (error) {
    // Commander has said it already.
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT_CODES.ok : EXIT_CODES.usage;
    host.complain(isSluiceError(error) ? `${error.code} ${error.message}` : faultReport(error));
    return exitCodeOf(error);
  }
}

function faultReport(error: unknown): string {
  return `INTERNAL ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`;
}
