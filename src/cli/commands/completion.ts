import { Argument, Command } from 'commander';
import { firstValueFrom, from, timeout } from 'rxjs';
import type { RunStatus } from '../../index.ts';
import type { CommandHost } from '../command-host.ts';
import { COMPLETER, COMPLETION_SCRIPTS, SHELLS, type Shell } from '../completion-scripts.ts';
import { completionsOf, type RunCandidates } from '../completion-words.ts';
import { inline } from '../printable-text.ts';
import { serverOf } from '../server-address.ts';

const HELP = `
Examples:
  bash, in ~/.bashrc:
    eval "$(sluice completion bash)"

  zsh, in ~/.zshrc behind compinit:
    eval "$(sluice completion zsh)"

  fish, once:
    $ sluice completion fish > ~/.config/fish/completions/sluice.fish

Then Tab completes commands, flags and the ids of runs, which it asks the server at SLUICE_URL for.
`;

/** Runs that are offered, and how long a server may take to name them, in milliseconds. */
const MOST_RUNS = 50;
const PATIENCE = 1_500;
const LIVE: readonly RunStatus[] = ['accepted', 'running', 'waiting'];
const FITTING: Readonly<Record<string, readonly RunStatus[]>> = {
  cancel: LIVE,
  append: LIVE,
  answer: ['waiting'],
};

/** `sluice completion`: the script that makes a shell complete `sluice`. */
export function completionCommand(host: CommandHost): Command {
  return new Command('completion')
    .summary('print a script that completes commands, flags and runs')
    .description('Prints a script that makes your shell complete commands, flags and the ids of runs.')
    .addArgument(new Argument('<shell>', 'your shell').choices(SHELLS))
    .addHelpText('after', HELP)
    .action((shell: Shell) => host.output.write(COMPLETION_SCRIPTS[shell]));
}

/** What the scripts ask: candidates for the last word, one a line, a tab in front of what it is. Never fails. */
export function completerCommand(host: CommandHost, program: Command): Command {
  return new Command(COMPLETER).argument('[words...]').action(async (words: readonly string[]) => {
    const found = await completionsOf(program, words, runCandidates(host)).catch(() => []);
    await host.output.write(found.map(({ value, about }) => `${value}\t${about}\n`).join(''));
  });
}

function runCandidates(host: CommandHost): RunCandidates {
  return async (command, flags) => {
    const { client } = serverOf({ url: flags['--url'] }, host.env);
    const listed = client.list({ status: FITTING[command], limit: MOST_RUNS });
    const { runs } = await firstValueFrom(from(listed).pipe(timeout(PATIENCE)));
    return runs.map(({ runId, status, agent = '' }) => ({
      value: runId,
      about: inline(`${status} ${agent}`),
    }));
  };
}
