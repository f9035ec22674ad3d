import { Command } from 'commander';
import { SluiceError } from '../../index.ts';
import type { RunState } from '../../client/index.ts';
import { answerHint } from '../answer-hint.ts';
import type { CommandHost } from '../command-host.ts';
import { exitCodesHelp } from '../exit-codes.ts';
import { openAsks } from '../open-asks.ts';
import { inline } from '../printable-text.ts';
import { serverOf, withServer, type Server, type ServerFlags } from '../server-address.ts';

interface AnswerFlags extends ServerFlags {
  readonly by?: string | undefined;
  readonly text?: boolean | undefined;
}

const HELP = `
Examples:
  Answer the only open question of a run:
    $ sluice answer RUN true

  Answer one of several; tail and get show their ids:
    $ sluice answer RUN ASK '{"amount": 120}' --by ada

  A text that would be JSON, and one that begins with a dash:
    $ sluice answer RUN --text 42
    $ sluice answer RUN -- '-v means verbose'

${exitCodesHelp('ok', 'usage', 'unreachable', 'notFound', 'refused')}
`;

/** `sluice answer`: answers a question of a run. */
export function answerCommand(host: CommandHost): Command {
  return withServer(
    new Command('answer')
      .summary('answer a question of a run')
      .description('Answers a question of a run. The value is JSON if it can be read as that, else text.')
      .usage('[options] <run> [ask] <value>')
      .argument('<run>', 'id of the run')
      .argument('<ask or value>', 'id of the question; left out, the only open one is meant')
      .argument('[value]', 'the answer')
      .option('--text', 'the value is text, also if it could be JSON')
      .option('--by <name>', 'who answers'),
  )
    .addHelpText('after', HELP)
    .action((runId: string, first: string, second: string | undefined, flags: AnswerFlags) =>
      answer(runId, second === undefined ? { text: first } : { askId: first, text: second }, flags, host),
    );
}

interface Given {
  readonly askId?: string;
  readonly text: string;
}

async function answer(runId: string, given: Given, flags: AnswerFlags, host: CommandHost): Promise<void> {
  const server = serverOf(flags, host.env);
  const askId = given.askId ?? (await onlyAsk(server, runId)).askId;
  const value = flags.text ? given.text : valueOf(given.text);
  await server.client.answer(runId, askId, { value, by: flags.by });
  await host.output.write(
    flags.json
      ? `${JSON.stringify({ runId, askId, value })}\n`
      : `Answered ${inline(askId)} of run ${inline(runId)}: ${inline(JSON.stringify(value))}\n`,
  );
}

function valueOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

async function onlyAsk(server: Server, runId: string): Promise<RunState['asks'][number]> {
  const { status } = await server.client.get(runId);
  const asks = await openAsks(server, runId);
  const [ask] = asks;
  if (ask && asks.length === 1) return ask;
  if (ask) {
    const listed = asks.map(
      each => `\n  ${inline(each.question)}\n    ${answerHint(runId, each, server.urlFlag)}`,
    );
    throw new SluiceError(
      'BAD_OPTION',
      `ask: run ${runId} has ${asks.length} open questions, say which one is meant:${listed.join('')}`,
      { runId, details: { asks: asks.map(({ askId, question }) => ({ askId, question })) } },
    );
  }
  if (/^(completed|failed|cancelled)$/.test(status)) {
    throw new SluiceError(
      'RUN_ENDED',
      `run ${runId} has ${status === 'cancelled' ? 'been ' : ''}${status}; it asks nothing any more.`,
      { runId },
    );
  }
  throw new SluiceError(
    'ASK_NOT_FOUND',
    `run ${runId} has no open question. It is ${status}; watch it: sluice tail ${runId}${server.urlFlag}`,
    { runId },
  );
}
