import { Command, Option } from 'commander';
import { AGENT_LOG_FORMATS } from '../../bridges/agent-logs/index.ts';
import type { CommandHost } from '../command-host.ts';
import { ProgramRun } from '../exec/program-run.ts';
import { DEFAULT_GRACE, resolveExec, type ExecFlags } from '../exec/exec-settings.ts';
import { EXIT_CODES } from '../exit-codes.ts';
import { withServer } from '../server-address.ts';

const HELP = `
What the program writes appears here as it is, and becomes the events of a run: standard output and standard error as
tokens, lines that are a JSON object with their data. Lines such as {"type":"progress","data":{"fraction":0.5}} become
that event; those of Codex, Claude Code, pi, OpenHands and opencode become its tokens and tools. The program finds SLUICE_RUN_ID
and SLUICE_URL in its environment and may append to the run itself.

Examples:
  $ sluice exec -- npm test
  $ sluice exec --name nightly --label branch=main -- ./train.sh
  $ sluice exec -- sh -c 'make && make check'
  $ sluice exec -- codex exec --json 'mend the build'
  $ generate | sluice exec -- python3 filter.py > result.txt

Ctrl-C, and a cancel from the page or by sluice cancel, stop the program and all it started that is in its process
group; what is left after --grace is killed. A second Ctrl-C kills at once.

Exit codes: that of the program; 128 and the number of the signal that ended it. Else:
  127  there is no such program
  126  it cannot be run
  ${EXIT_CODES.usage}    a flag or a variable that cannot be used; nothing was started
  ${EXIT_CODES.unreachable}    no server answers; nothing was started
  ${EXIT_CODES.refused}    the server refuses the run: its id is taken; nothing was started
  ${EXIT_CODES.outputLost}    the program ended with 0, but its output could not be written: the disk is full
`;

/** `sluice exec`: a program becomes a run. Ends like the program. */
export function execCommand(host: CommandHost): Command {
  const command = new Command('exec')
    .summary('run a program and record it as a run')
    .description('Runs a program; what it writes and how it ends becomes a run of a Sluice server.')
    .usage('[options] -- <command...>')
    .argument('[command...]', 'the program and its arguments')
    .option('--run <id>', 'id of the run (default: one that the server makes)')
    .option('--name <name>', 'its label "name" (default: the name of the program)')
    .option(
      '--label <key=value>',
      'another label; may be repeated',
      (value: string, before: string[] = []) => [...before, value],
    )
    .option('--text', 'record lines that are JSON as the text they are')
    .addOption(
      new Option(
        '--format <name>',
        'whose JSON lines it prints (default: auto, as its first one says)',
      ).choices([...['auto', 'text'], ...AGENT_LOG_FORMATS]),
    )
    .option('--grace <seconds>', `time to stop before it is killed (default: ${DEFAULT_GRACE})`)
    .option(
      '--on-lost <what>',
      'continue or stop when the run cannot be recorded any more (default: continue)',
    )
    .option('--no-require-server', 'run the program unrecorded when no server answers')
    .option('-q, --quiet', 'say nothing about the recording');
  return withServer(command)
    .passThroughOptions()
    .addHelpText('after', HELP)
    .action(async (args: readonly string[], flags: ExecFlags) =>
      host.endWith(await new ProgramRun(resolveExec(args, flags, host.env), host).run()),
    );
}
