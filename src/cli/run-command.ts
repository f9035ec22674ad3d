import { Command, CommanderError } from 'commander';
import { isSluiceError } from '../index.ts';
import type { ProcessHost } from './command-host.ts';
import { serveCommand } from './commands/serve.ts';
import { EXIT_CODES, exitCodeOf } from './exit-codes.ts';
import { ReaderLeft } from './reader-left.ts';

const HELP = `
Start here:
  $ sluice serve --demo
`;

/** Runs the command line `args`, the program's own name not among them. Resolves with the exit code. */
export async function runCommand(args: readonly string[], process: ProcessHost): Promise<number> {
  let code: number = EXIT_CODES.ok;
  const host = { ...process, endWith: (end: number) => void (code = end) };
  const isJson = beforeDashes(args).includes('--json');
  const program = new Command('sluice')
    .description('The event engine for AI agent runs: every run is one typed, ordered, replayable stream.')
    .version(host.version, '-V, --version')
    .commandsGroup('Serve agents:')
    .addCommand(serveCommand(host))
    .addHelpText('after', HELP);
  for (const command of [program, ...program.commands]) {
    command
      .exitOverride()
      .configureOutput({ writeOut: host.print, writeErr: isJson ? () => undefined : host.complain })
      .showHelpAfterError(
        `Run ${command === program ? 'sluice' : `sluice ${command.name()}`} --help to see what there is.`,
      );
  }
  try {
    await program.parseAsync(args, { from: 'user' });
    return code;
  } catch (error) {
    if (error instanceof ReaderLeft) return EXIT_CODES.ok;
    if (!(error instanceof CommanderError)) {
      const end = exitCodeOf(error);
      host.complain(isJson ? problemLine(error, end) : described(error));
      return end;
    }
    if (error.exitCode === 0) return EXIT_CODES.ok;
    // In words Commander has said it already.
    if (isJson) host.complain(problemLine(error, EXIT_CODES.usage));
    return EXIT_CODES.usage;
  }
}

/** What belongs to this command; the rest is another program's. */
function beforeDashes(args: readonly string[]): readonly string[] {
  const at = args.indexOf('--');
  return at < 0 ? args : args.slice(0, at);
}

function described(error: unknown): string {
  if (isSluiceError(error)) return `${error.code} ${error.message}`;
  return `INTERNAL ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`;
}

/** An error for a program that reads it: one line of JSON. */
function problemLine(error: unknown, exitCode: number): string {
  if (!isSluiceError(error)) {
    const code = error instanceof CommanderError ? 'BAD_OPTION' : 'INTERNAL';
    const message = error instanceof Error ? error.message.replace(/^error: /, '') : String(error);
    return JSON.stringify({ code, message, exitCode });
  }
  const { code, message, runId, details } = error;
  return JSON.stringify({ code, message, runId, details, exitCode });
}
