import { Command } from 'commander';
import { SluiceError, type RunStatus } from '../../index.ts';
import type { RunListNews, RunListQuery } from '../../client/index.ts';
import type { CommandHost } from '../command-host.ts';
import { exitCodesHelp } from '../exit-codes.ts';
import { untilInterrupted } from '../interruption.ts';
import { collected, labelsOf } from '../repeated-flags.ts';
import { RunListView } from '../run-list-view.ts';
import { runTable } from '../run-table.ts';
import { serverOf, withServer, type ServerFlags } from '../server-address.ts';
import { styleFor } from '../terminal-style.ts';

interface RunsFlags extends ServerFlags {
  readonly status?: string | undefined;
  readonly thread?: string | undefined;
  readonly agent?: string | undefined;
  readonly label?: readonly string[] | undefined;
  readonly limit?: string | undefined;
  readonly watch?: boolean | undefined;
  readonly stats?: boolean | undefined;
}

const HELP = `
Examples:
  The newest runs:
    $ sluice runs

  What waits for an answer, live:
    $ sluice runs --status waiting --watch

  How many there are in each status:
    $ sluice runs --stats

  The ids of what failed in one shop:
    $ sluice runs --status failed --label shop=north --json | jq -r .runId

${exitCodesHelp('ok', 'usage', 'unreachable', 'outputLost')}
`;

/** `sluice runs`: a table of runs, newest first; live with `--watch`. */
export function runsCommand(host: CommandHost): Command {
  return withServer(
    new Command('runs')
      .summary('list runs')
      .description('Lists runs, newest first.')
      .option('--status <names>', 'only these: accepted, running, waiting, completed, failed, cancelled')
      .option('--thread <id>', 'only those of a thread')
      .option('--agent <name>', 'only those of an agent')
      .option(
        '--label <name=value>',
        'only those with a label; may be repeated, and all must match',
        collected,
      )
      .option('--limit <number>', 'at most so many, 1 to 1000 (default: 50)')
      .option('-w, --watch', 'go on, and show what changes')
      .option('--stats', 'only how many runs there are, in each status and in all'),
  )
    .addHelpText('after', HELP)
    .action((flags: RunsFlags) => (flags.stats ? stats : flags.watch ? watch : list)(flags, host));
}

async function list(flags: RunsFlags, host: CommandHost): Promise<void> {
  const server = serverOf(flags, host.env);
  const { runs, next } = await server.client.list(queryOf(flags));
  const style = styleFor(host.output, host.env);
  if (flags.json) {
    for (const run of runs) await host.output.write(`${JSON.stringify(run)}\n`);
    return;
  }
  if (runs.length === 0) return host.output.write('No runs.\n');
  await host.output.write(`${runTable(runs, style).join('\n')}\n`);
  if (next !== undefined && style.isRich) {
    await host.output.write(style.dim(`There are more: --limit ${Math.min(runs.length * 4, 1_000)}\n`));
  }
}

async function stats(flags: RunsFlags, host: CommandHost): Promise<void> {
  const stranger = (['status', 'thread', 'agent', 'label', 'limit', 'watch'] as const).find(
    name => flags[name] !== undefined,
  );
  if (stranger !== undefined) {
    throw new SluiceError('BAD_OPTION', `--stats: it counts all runs, so it goes without --${stranger}.`);
  }
  const { total, byStatus } = await serverOf(flags, host.env).client.stats();
  if (flags.json) return host.output.write(`${JSON.stringify({ total, byStatus })}\n`);
  const rows = [...Object.entries(byStatus), ['total', total] as const];
  await host.output.write(rows.map(([name, count]) => `${name.padEnd(11)}${count}\n`).join(''));
}

async function watch(flags: RunsFlags, host: CommandHost): Promise<void> {
  const server = serverOf(flags, host.env);
  const query = queryOf(flags);
  // Said at once, while a stream would try again for ever.
  await server.client.list({ ...query, limit: 1 });
  const style = styleFor(host.output, host.env);
  const view = new RunListView(style, query.limit);
  const text = flags.json
    ? (news: RunListNews) => `${JSON.stringify(news)}\n`
    : (news: RunListNews) => view.show(news);
  await untilInterrupted(host, async signal => {
    for await (const news of server.client.watch(query, { signal })) await host.output.write(text(news));
  });
}

/** Throws `BAD_OPTION` for what cannot be sent; the server checks the rest. */
function queryOf({ status, thread, agent, label, limit }: RunsFlags): RunListQuery {
  return {
    status: status as RunStatus | undefined,
    threadId: thread,
    agent,
    labels: labelsOf(label),
    ...(limit !== undefined && { limit: limitOf(limit) }),
  };
}

function limitOf(text: string): number {
  if (/^[1-9]\d{0,3}$/.test(text) && Number(text) <= 1_000) return Number(text);
  throw new SluiceError(
    'BAD_OPTION',
    `--limit: expected a number from 1 to 1000, got ${JSON.stringify(text.slice(0, 80))}.`,
  );
}
