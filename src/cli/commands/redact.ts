import { createReadStream } from 'node:fs';
import { resolve } from 'node:path';
import { Command } from 'commander';
import { asyncScheduler } from 'rxjs';
import { knownSecrets, SluiceError, type KnownSecrets } from '../../index.ts';
import type { CommandHost } from '../command-host.ts';
import { EXIT_CODES, exitCodesHelp } from '../exit-codes.ts';
import { collected } from '../repeated-flags.ts';
import { RedactProgress } from '../redact-progress.ts';
import { redactStream } from '../redact-stream.ts';
import { styleFor } from '../terminal-style.ts';

interface RedactFlags {
  readonly secretEnv?: readonly string[];
  readonly detect: boolean;
  readonly report?: boolean;
  readonly check?: boolean;
  readonly reportOnly?: boolean;
  readonly json?: boolean;
  readonly progress?: boolean;
}

const HELP = `
Examples:
  A log that you want to show somebody:
    $ sluice redact agent.log > agent.redacted.log

  What a program says, without the value of a variable:
    $ my-agent 2>&1 | sluice redact --secret-env DB_PASSWORD

  What would be masked in there, for a program:
    $ sluice redact --report-only --json agent.log

  In a build: fail if there is a secret in what it made:
    $ sluice redact --check dist/*.js

What a variable holds is found as it is and encoded; other secrets by their shape.

${exitCodesHelp('ok', 'usage', 'outputLost')}
  With --check it is ${EXIT_CODES.fault} if there is a secret.
`;

/** `sluice redact`: texts without their secrets. */
export function redactCommand(host: CommandHost): Command {
  return new Command('redact')
    .summary('mask the secrets in files, or in standard input')
    .description('Prints files, or standard input, with every secret replaced by <secret:name>.')
    .argument('[file...]', 'files to read; standard input if there is none, or for -')
    .option('--secret-env <name>', 'a variable that holds a secret; can be given again', collected)
    .option('--no-detect', 'find only what the variables hold, and nothing by its shape')
    .option('--report', 'say on standard error how many of which secrets were found where')
    .option('--report-only', 'print the report instead of the text')
    .option('--json', 'print the report as one line of JSON, also errors')
    .option('--progress', 'say how much was read, how fast, and what was found (default: on a terminal)')
    .option('--no-progress', 'do not')
    .option('--check', `print no text; end with ${EXIT_CODES.fault} if there is a secret`)
    .addHelpText('after', HELP)
    .action((files: readonly string[], flags: RedactFlags) => redact(files, flags, host));
}

async function redact(files: readonly string[], flags: RedactFlags, host: CommandHost): Promise<void> {
  const secrets = secretsOf(flags, host);
  const hits = (): number => {
    const { total, withheld } = secrets.report();
    return total + withheld;
  };
  const progress = progressOf(flags, host);
  const isSilent = flags.check === true || flags.reportOnly === true;
  let bytes = 0;
  for (const file of files.length === 0 ? ['-'] : files) {
    const chunks: AsyncIterable<Uint8Array> = file === '-' ? host.input : fileChunks(file, host.cwd);
    const counted = each(chunks, async chunk => {
      bytes += chunk.length;
      await progress?.read(chunk.length, hits());
    });
    for await (const text of redactStream(counted, secrets, file === '-' ? 'standard input' : file)) {
      if (!isSilent) await host.output.write(text);
    }
  }
  await progress?.end(hits());
  if (flags.check === true && hits() > 0) host.endWith(EXIT_CODES.fault);
  if (flags.reportOnly !== true && flags.report !== true) return;
  const text = flags.json === true ? JSON.stringify({ bytes, ...secrets.report() }) : reportText(secrets);
  if (flags.reportOnly === true) host.print(text);
  else host.complain(text);
}

function reportText(secrets: KnownSecrets): string {
  const { total, withheld, names, places } = secrets.report();
  const lines = [names, places].flatMap(counts =>
    Object.entries(counts).map(([name, count]) => `${String(count).padStart(8)}  ${name}`),
  );
  return [`${total} secrets found, ${withheld} texts withheld.`, ...lines].join('\n');
}

/** On a terminal by itself, unless the text goes to one too and would be written over. */
function progressOf(flags: RedactFlags, host: CommandHost): RedactProgress | undefined {
  const { errorOutput, hasErrorTerminal, output, env } = host;
  const isSilent = flags.check === true || flags.reportOnly === true;
  const isSeen = hasErrorTerminal && (isSilent || !output.isTerminal);
  if (!(flags.progress ?? isSeen)) return undefined;
  const { isRich } = styleFor({ isTerminal: hasErrorTerminal }, env);
  return new RedactProgress({ output: errorOutput, isRich, now: () => asyncScheduler.now() });
}

async function* each<T>(items: AsyncIterable<T>, tell: (item: T) => Promise<void>): AsyncGenerator<T> {
  for await (const item of items) {
    yield item;
    await tell(item);
  }
}

function secretsOf({ secretEnv = [], detect }: RedactFlags, { env }: CommandHost): KnownSecrets {
  const missing = secretEnv.find(name => (env[name] ?? '') === '');
  if (missing !== undefined) {
    throw new SluiceError(
      'BAD_OPTION',
      `--secret-env: expected the name of a variable that is set, got ${JSON.stringify(missing.slice(0, 80))}.`,
    );
  }
  return knownSecrets({ values: Object.fromEntries(secretEnv.map(name => [name, env[name]])), detect });
}

async function* fileChunks(file: string, cwd: string): AsyncGenerator<Uint8Array> {
  try {
    for await (const chunk of createReadStream(resolve(cwd, file))) yield chunk as Uint8Array;
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new SluiceError('BAD_OPTION', `redact: expected a file that can be read, got ${why}.`, { cause });
  }
}
