import { createReadStream } from 'node:fs';
import { resolve } from 'node:path';
import { Command } from 'commander';
import { knownSecrets, SluiceError, type KnownSecrets } from '../../index.ts';
import type { CommandHost } from '../command-host.ts';
import { EXIT_CODES, exitCodesHelp } from '../exit-codes.ts';
import { collected } from '../repeated-flags.ts';
import { redactStream } from '../redact-stream.ts';

interface RedactFlags {
  readonly secretEnv?: readonly string[];
  readonly detect: boolean;
  readonly report?: boolean;
  readonly check?: boolean;
}

const HELP = `
Examples:
  A log that you want to show somebody:
    $ sluice redact agent.log > agent.redacted.log

  What a program says, without the value of a variable:
    $ my-agent 2>&1 | sluice redact --secret-env DB_PASSWORD

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
    .option('--check', `print no text; end with ${EXIT_CODES.fault} if there is a secret`)
    .addHelpText('after', HELP)
    .action((files: readonly string[], flags: RedactFlags) => redact(files, flags, host));
}

async function redact(files: readonly string[], flags: RedactFlags, host: CommandHost): Promise<void> {
  const secrets = secretsOf(flags, host);
  for (const file of files.length === 0 ? ['-'] : files) {
    const chunks: AsyncIterable<Uint8Array> = file === '-' ? host.input : fileChunks(file, host.cwd);
    const place = file === '-' ? 'standard input' : file;
    for await (const text of redactStream(chunks, secrets, place)) {
      if (flags.check !== true) await host.output.write(text);
    }
  }
  const { total, withheld, names, places } = secrets.report();
  if (flags.check === true && total + withheld > 0) host.endWith(EXIT_CODES.fault);
  if (flags.report !== true) return;
  const lines = [names, places].flatMap(counts =>
    Object.entries(counts).map(([name, count]) => `${String(count).padStart(8)}  ${name}`),
  );
  host.complain([`${total} secrets found, ${withheld} texts withheld.`, ...lines].join('\n'));
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
