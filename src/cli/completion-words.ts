import type { Command, Option } from 'commander';

/** Something that can be typed next, and what it is. */
export interface Candidate {
  readonly value: string;
  readonly about: string;
}

/** What only a server can tell: the runs that a command may be given. */
export type RunCandidates = (
  command: string,
  flags: Readonly<Record<string, string>>,
) => Promise<readonly Candidate[]>;

/** Values of flags that are words of ours. */
const VALUES: Readonly<Record<string, readonly string[]>> = {
  '--status': ['accepted', 'running', 'waiting', 'completed', 'failed', 'cancelled'],
  '--from': ['start', 'now'],
  '--filter': ['minimal', 'chat', 'debug', 'all', 'token', 'tool.*', 'node.*', 'llm.*', 'custom:*'],
  '--speed': ['max', '2', '4', '10'],
};

/**
 * What can stand in place of the last of `words`, which may be empty or the beginning of something; the program's name
 * is not among them. Commands and flags come from the program itself. Empty where only the user knows, and behind `--`,
 * where the words are another program's.
 */
export async function completionsOf(
  program: Command,
  words: readonly string[],
  runs: RunCandidates,
): Promise<readonly Candidate[]> {
  const typed = words.at(-1) ?? '';
  const before = words.slice(0, -1);
  if (before.includes('--')) return [];
  const all = await candidates(program, { before, typed, runs });
  return all.filter(({ value }) => value.startsWith(typed));
}

interface Place {
  readonly before: readonly string[];
  readonly typed: string;
  readonly runs: RunCandidates;
}

async function candidates(program: Command, { before, typed, runs }: Place): Promise<readonly Candidate[]> {
  const [name, ...given] = before;
  if (name === undefined) return typed.startsWith('-') ? flagsOf(program) : commandsOf(program);
  if (name === 'help') return given.length === 0 ? commandsOf(program) : [];
  const command = program.commands.find(each => each.name() === name);
  if (!command) return [];
  if (command.commands.length > 0) return candidates(command, { before: given, typed, runs });
  const { flags, positions, open } = readWords(command, given);
  if (open) return (VALUES[open] ?? []).map(value => ({ value, about: '' }));
  if (typed.startsWith('-')) return flagsOf(command);
  const argument = command.registeredArguments[positions];
  if (argument?.name() === 'run') return runs(name, flags);
  return (argument?.argChoices ?? []).map(value => ({ value, about: '' }));
}

interface ReadWords {
  readonly flags: Readonly<Record<string, string>>;
  /** Arguments that are no flags. */
  readonly positions: number;
  /** The flag whose value is typed now. */
  readonly open: string | undefined;
}

function readWords(command: Command, words: readonly string[]): ReadWords {
  const flags: Record<string, string> = {};
  let positions = 0;
  let open: string | undefined;
  for (const word of words) {
    if (open !== undefined) {
      flags[open] = word;
      open = undefined;
    } else if (word.startsWith('-')) {
      const option = command.options.find(({ long, short }) => word === long || word === short);
      if (option?.required) open = option.long ?? word;
    } else positions++;
  }
  return { flags, positions, open };
}

function commandsOf(program: Command): Candidate[] {
  return program
    .createHelp()
    .visibleCommands(program)
    .map(command => ({ value: command.name(), about: command.summary() || command.description() }));
}

function flagsOf(command: Command): Candidate[] {
  return command
    .createHelp()
    .visibleOptions(command)
    .map((option: Option) => ({ value: option.long ?? option.short ?? '', about: option.description }));
}
