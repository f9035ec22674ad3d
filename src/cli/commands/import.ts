import { Command, Option } from 'commander';
import { fileBackend } from '../../backends/file/index.ts';
import { AGENT_LOG_FORMATS, type AgentLogFormat } from '../../bridges/agent-logs/index.ts';
import { createClient } from '../../client/index.ts';
import { serveHttp } from '../../http/index.ts';
import { createEngine, isSluiceError, SluiceError } from '../../index.ts';
import { checkBackend } from '../backend-choice.ts';
import type { CommandHost } from '../command-host.ts';
import { exitCodesHelp } from '../exit-codes.ts';
import { importLog, type Imported } from '../import/import-log.ts';
import { ImportProgress } from '../import/import-progress.ts';
import { logSource } from '../import/log-source.ts';
import { untilInterrupted } from '../interruption.ts';
import { collected, labelsOf } from '../repeated-flags.ts';
import { serverOf, withServer, type Server, type ServerFlags } from '../server-address.ts';

interface ImportFlags extends ServerFlags {
  readonly format?: AgentLogFormat;
  readonly backend?: string;
  readonly run?: string;
  readonly label?: readonly string[];
  readonly ttl?: string;
  readonly times?: boolean;
  readonly progress?: boolean;
}

const HELP = `
Examples:
  $ sluice import session.jsonl
  $ codex exec --json 'mend the build' | sluice import -
  $ sluice import --backend file:./data ~/.claude/projects/*/*.jsonl
  $ opencode export SESSION | sluice import -
  $ gunzip -c session.jsonl.gz | sluice import -

Files are UTF-8: a JSON object on each line, an array of them, or one object over several lines. Whose log it is, its
records say. Each file becomes a run that has ended, under an id made of its content: importing it again appends nothing,
and an import that was interrupted goes on where it stopped. A file that is no log keeps nobody from the others. Events
keep the times of the log, which takes a key with the scope import where the server asks for keys.

${exitCodesHelp('ok', 'usage', 'unreachable', 'refused')}
`;

const HOUR = 3_600_000;

/** `sluice import`: logs of agent CLIs become runs. */
export function importCommand(host: CommandHost): Command {
  return withServer(
    new Command('import')
      .summary('make runs of the logs of agent CLIs')
      .description('Makes runs of logs that Codex, Claude Code, pi, OpenHands and opencode write.')
      .argument('<file...>', 'logs to read; - for standard input')
      .addOption(
        new Option('--format <name>', 'whose log it is (default: its records say)').choices(
          AGENT_LOG_FORMATS,
        ),
      )
      .option(
        '--backend <file:DIR>',
        'write into this folder, which no server has open, instead of to a server',
      )
      .option('--run <id>', 'id of the run, for one file (default: one made of its content)')
      .option('--label <name=value>', 'label of the runs; may be repeated', collected)
      .option('--ttl <hours>', "how long the runs are kept (default: the server's; a year in a folder)")
      .option('--no-times', 'store events under the time of now; that of the log is in their metadata')
      .option('--progress', 'say how far it is (default: on a terminal)')
      .option('--no-progress', 'do not'),
  )
    .addHelpText('after', HELP)
    .action((files: readonly string[], flags: ImportFlags) => importLogs(files, flags, host));
}

async function importLogs(files: readonly string[], flags: ImportFlags, host: CommandHost): Promise<void> {
  if (flags.run !== undefined && files.length > 1) {
    throw new SluiceError('BAD_OPTION', `--run: expected one file, got ${files.length}. Leave --run out.`);
  }
  const ttl = ttlOf(flags.ttl);
  const labels = labelsOf(flags.label);
  const { server, close } = await target(flags, host);
  const progress = (flags.progress ?? host.hasErrorTerminal) ? new ImportProgress(host) : undefined;
  let refused = 0;
  let isOver = false;
  const importFile = async (file: string, signal: AbortSignal): Promise<void> => {
    const source = await logSource(file, host);
    const imported = await importLog(source, {
      ...{ server, format: flags.format, runId: flags.run, labels, ttl, signal },
      keepsTimes: flags.times !== false,
      onProgress: async (bytes, events) => progress?.read(source.name, { bytes, of: source.bytes, events }),
    });
    await progress?.clear();
    await host.output.write(`${flags.json === true ? JSON.stringify(imported) : textOf(imported)}\n`);
  };
  try {
    await untilInterrupted(host, async signal => {
      for (const file of files) {
        try {
          await importFile(file, signal);
        } catch (error) {
          // One file that is no log keeps nobody from the others.
          if (files.length === 1 || !isSluiceError(error, 'BAD_OPTION')) throw error;
          refused++;
          await progress?.clear();
          const { code, message } = error;
          host.complain(flags.json === true ? JSON.stringify({ code, message, file }) : `${code} ${message}`);
        }
      }
      isOver = true;
    });
    if (!isOver) {
      await progress?.clear();
      if (flags.json !== true) host.complain('import: stopped. The same again goes on where it stopped.');
    }
    if (refused > 0) {
      const said = `import: expected ${files.length} logs, got ${refused} that are none; the others are imported.`;
      throw new SluiceError('BAD_OPTION', said);
    }
  } finally {
    await progress?.clear();
    await close();
  }
}

function textOf({ runId, file, format, status, records, skipped, appended }: Imported): string {
  const rest = skipped === 0 ? '' : `, ${skipped} of which repeat others`;
  const what = appended === 0 ? 'imported before' : `${appended} events of ${records} records${rest}`;
  return `${runId}  ${file}: ${format}, ${status}, ${what}`;
}

/** A server that is there, or one for this folder alone that only this command talks to. */
async function target(
  flags: ImportFlags,
  host: CommandHost,
): Promise<{ readonly server: Server; readonly close: () => Promise<void> }> {
  if (flags.backend === undefined) return { server: serverOf(flags, host.env), close: async () => undefined };
  const choice = checkBackend({ name: '--backend', text: flags.backend }, host.cwd, undefined);
  if (choice.kind !== 'file') {
    throw new SluiceError(
      'BAD_OPTION',
      '--backend: expected file:DIR. For other stores, import to their server.',
    );
  }
  const engine = createEngine({ backend: await fileBackend({ dir: choice.dir }), ttl: 365 * 24 * HOUR });
  const http = await serveHttp({ engine, port: 0 });
  return {
    server: { url: http.url, headers: {}, client: createClient(http.url), urlFlag: '' },
    close: async () => {
      await http.close();
      await engine.close();
    },
  };
}

function ttlOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const hours = text.trim() === '' ? NaN : Number(text);
  if (hours > 0 && hours <= 365 * 24) return Math.max(1_000, Math.round(hours * HOUR));
  throw new SluiceError(
    'BAD_OPTION',
    `--ttl: expected hours, more than 0 and at most 8760, got ${JSON.stringify(text)}.`,
  );
}
