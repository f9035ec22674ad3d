import { Command, CommanderError } from 'commander';
import { isSluiceError } from '../index.ts';
import type { ProcessHost } from './command-host.ts';
import { answerCommand } from './commands/answer.ts';
import { appendCommand } from './commands/append.ts';
import { cancelCommand } from './commands/cancel.ts';
import { completerCommand, completionCommand } from './commands/completion.ts';
import { doctorCommand } from './commands/doctor.ts';
import { execCommand } from './commands/exec.ts';
import { exportCommand } from './commands/export.ts';
import { getCommand } from './commands/get.ts';
import { importCommand } from './commands/import.ts';
import { keysCommand } from './commands/keys.ts';
import { redactCommand } from './commands/redact.ts';
import { replayCommand } from './commands/replay.ts';
import { runsCommand } from './commands/runs.ts';
import { serveCommand } from './commands/serve.ts';
import { tailCommand } from './commands/tail.ts';
import { verifyCommand } from './commands/verify.ts';
import { EXIT_CODES, exitCodeOf } from './exit-codes.ts';
import { withNextStep } from './next-step.ts';
import { ReaderLeft } from './reader-left.ts';

const HELP = `
Start here:
  $ sluice serve --demo          a server, a page, and a first run
  $ sluice runs                  from another terminal: what runs there
  $ sluice tail <run>            watch one of them

All but serve, doctor, keys, verify, export, redact and completion talk to the server at --url or SLUICE_URL (default: http://127.0.0.1:4400), and print JSON with --json.
Each explains itself: sluice tail --help
`;

/** Runs the command line `args`, the program's own name not among them. Resolves with the exit code. */
export async function runCommand(args: readonly string[], process: ProcessHost): Promise<number> {
  let code: number = EXIT_CODES.ok;
  const host = { ...process, endWith: (end: number) => void (code = end) };
  const isJson = beforeDashes(args).includes('--json');
  const program = new Command('sluice')
    .description('The event engine for AI agent runs: every run is one typed, ordered, replayable stream.')
    .version(host.version, '-V, --version')
    // The flags behind a program's name are the program's.
    .enablePositionalOptions()
    .commandsGroup('Serve agents:')
    .addCommand(serveCommand(host))
    .addCommand(execCommand(host))
    .commandsGroup('Look at runs:')
    .addCommand(runsCommand(host))
    .addCommand(getCommand(host))
    .addCommand(tailCommand(host))
    .addCommand(replayCommand(host))
    .commandsGroup('Steer runs:')
    .addCommand(cancelCommand(host))
    .addCommand(answerCommand(host))
    .commandsGroup('Write runs:')
    .addCommand(appendCommand(host))
    .addCommand(importCommand(host))
    .commandsGroup('Look after what is stored:')
    .addCommand(verifyCommand(host))
    .addCommand(exportCommand(host))
    .commandsGroup('Look after a server:')
    .addCommand(keysCommand(host))
    .addCommand(doctorCommand(host))
    .commandsGroup('Other:')
    .addCommand(redactCommand(host))
    .addCommand(completionCommand(host))
    .addHelpText('after', HELP);
  program.addCommand(completerCommand(host, program), { hidden: true });
  for (const command of withinOf(program)) {
    command
      .exitOverride()
      .configureOutput({ writeOut: host.print, writeErr: isJson ? () => undefined : host.complain })
      .showHelpAfterError(`Run ${nameOf(command)} --help to see what there is.`);
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

function withinOf(command: Command): readonly Command[] {
  return [command, ...command.commands.flatMap(withinOf)];
}

function nameOf(command: Command): string {
  return command.parent ? `${nameOf(command.parent)} ${command.name()}` : command.name();
}

/** What belongs to this command; the rest is another program's. */
function beforeDashes(args: readonly string[]): readonly string[] {
  const at = args.indexOf('--');
  return at < 0 ? args : args.slice(0, at);
}

function described(error: unknown): string {
  if (isSluiceError(error)) return `${error.code} ${withNextStep(error.code, error.message)}`;
  return `INTERNAL ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`;
}

/** An error for a program that reads it: one line of JSON. */
function problemLine(error: unknown, exitCode: number): string {
  if (!isSluiceError(error)) {
    const code = error instanceof CommanderError ? 'BAD_OPTION' : 'INTERNAL';
    const message = error instanceof Error ? error.message.replace(/^error: /, '') : String(error);
    return JSON.stringify({ code, message, exitCode });
  }
  const { code, runId, details } = error;
  const message = withNextStep(code, error.message);
  return JSON.stringify({ code, message, runId, details, exitCode });
}
