import { Command } from 'commander';
import { isSluiceError, SluiceError } from '../../index.ts';
import { produceRun, type ProducedEvent, type RunProducer } from '../../client/index.ts';
import type { CommandHost } from '../command-host.ts';
import { connectionTeller } from '../connection-teller.ts';
import { EXIT_CODES, exitCodesHelp } from '../exit-codes.ts';
import { inputLines, type InputLine } from '../input-lines.ts';
import { untilInterrupted } from '../interruption.ts';
import { collected, labelsOf } from '../repeated-flags.ts';
import { serverOf, withServer, type Server, type ServerFlags } from '../server-address.ts';

interface AppendFlags extends ServerFlags {
  readonly text?: boolean | undefined;
  readonly new?: boolean | undefined;
  readonly complete?: boolean | undefined;
  readonly thread?: string | undefined;
  readonly label?: readonly string[] | undefined;
}

const HELP = `
Examples:
  What a program prints becomes the text of a new run, as it comes:
    $ ./report.sh | sluice append --new --text --complete

  Events, one a line, to a run that is there:
    $ echo '{"type":"progress","data":{"fraction":0.5}}' | sluice append RUN

  A log that goes on, under an id of your own:
    $ tail -F app.log | sluice append app-log --new --text --label host=web-1

An event is {"type", "data", "source", "node", "cause", "metadata", "key"}; only type is needed. Input is read no faster
than the server takes it. When somebody cancels the run, append ends it and stops. Without --complete the run stays open.

${exitCodesHelp('ok', 'usage', 'unreachable', 'notFound', 'refused', 'runCancelled')}
`;

/** `sluice append`: standard input becomes the events of a run without an agent. */
export function appendCommand(host: CommandHost): Command {
  return withServer(
    new Command('append')
      .summary('write standard input to a run, as events or as text')
      .description('Writes standard input to a run that has no agent: an event a line, as JSON.')
      .argument('[run]', 'id of the run; with --new it may be left out')
      .option('--text', 'each line is text that the run says')
      .option('--new', 'open the run first, and print its id')
      .option('--complete', 'end the run when the input ends')
      .option('--thread <id>', 'thread of the new run')
      .option('--label <name=value>', 'label of the new run; may be repeated', collected),
  )
    .addHelpText('after', HELP)
    .action((runId: string | undefined, flags: AppendFlags) => append(runId, flags, host));
}

async function append(given: string | undefined, flags: AppendFlags, host: CommandHost): Promise<void> {
  const server = serverOf(flags, host.env);
  const runId = flags.new ? await opened(server, given, flags) : await writable(server, given);
  if (flags.new) await host.output.write(flags.json ? `${JSON.stringify({ runId })}\n` : `${runId}\n`);
  const producer = produceRun(server.client.eventsUrl(runId), {
    headers: server.headers,
    // So often it hears of a cancel while the input is silent.
    signOfLife: 2_000,
    onState: connectionTeller(host),
  });
  await untilInterrupted(host, async () => {
    const pumped = Promise.race([pump(producer, host.input, flags), untilTold(producer)]);
    const appended = await pumped.catch((error: unknown) => unlessCancelled(error, server, runId));
    if (appended === undefined) {
      // It may be over already: a server waits only so long.
      await producer.cancelled().catch(() => undefined);
      host.endWith(EXIT_CODES.runCancelled);
      if (!flags.json) host.complain(`RUN_CANCELLED run ${runId}: somebody cancelled it, and it is ended.`);
    } else if (flags.complete) await producer.complete();
    else await producer.close();
    if (flags.json) await host.output.write(`${JSON.stringify({ runId, appended: appended ?? null })}\n`);
  });
}

async function opened({ client }: Server, id: string | undefined, flags: AppendFlags): Promise<string> {
  const { runId } = await client.open({ id, threadId: flags.thread, labels: labelsOf(flags.label) });
  return runId;
}

/** Said before anything is read. */
async function writable({ client }: Server, runId: string | undefined): Promise<string> {
  if (runId === undefined) {
    throw new SluiceError('BAD_OPTION', 'run: expected the id of a run, or --new to open one.');
  }
  const { status, agent } = await client.get(runId);
  if (agent !== undefined) {
    throw new SluiceError('RUN_HAS_AGENT', `run ${runId} has an agent, and nobody else writes to it.`, {
      runId,
    });
  }
  if (/^(completed|failed|cancelled)$/.test(status)) {
    throw new SluiceError(
      'RUN_ENDED',
      `run ${runId} has ended (${status}); nothing more can be written to it.`,
      { runId },
    );
  }
  return runId;
}

/** Resolves with the number of events that are stored, when the input has ended. */
async function pump(
  producer: RunProducer,
  input: AsyncIterable<Uint8Array>,
  { text }: AppendFlags,
): Promise<number> {
  let count = 0;
  let at = 0;
  for await (const line of inputLines(input)) {
    at++;
    const events = text ? tokensOf(line) : eventsOf(line);
    if (events === 'malformed') {
      // What was said before it stands.
      await producer.close();
      throw malformed(at, line);
    }
    for (const event of events) {
      await producer.emit(event);
      count++;
    }
  }
  await producer.drained();
  return count;
}

/** Resolves when somebody cancels the run; rejects when the producer fails. */
function untilTold({ signal }: RunProducer): Promise<undefined> {
  return new Promise((resolve, reject) =>
    signal.addEventListener('abort', () => {
      const { reason } = signal as { readonly reason: SluiceError };
      if (reason.code === 'RUN_CANCELLED') resolve(undefined);
      else reject(reason);
    }),
  );
}

/** A run that was cancelled and is over is no failure of its own. Rejects with any other error. */
async function unlessCancelled(error: unknown, { client }: Server, runId: string): Promise<undefined> {
  if (isSluiceError(error, 'RUN_ENDED') && (await client.get(runId)).status === 'cancelled') return undefined;
  throw error;
}

/** Characters of one token: whatever they are, an event has room for them. */
const LONGEST_TOKEN = 32_768;

/** A long line takes several tokens; none of them ends in the middle of a character. */
function* tokensOf({ text, isWhole }: InputLine): Generator<ProducedEvent> {
  const line = isWhole ? `${text}\n` : text;
  for (let start = 0; start < line.length;) {
    let end = start + LONGEST_TOKEN;
    if (end < line.length && /[\uD800-\uDBFF]/.test(line[end - 1]!)) end--;
    yield { type: 'token', data: { content: line.slice(start, end) } };
    start = end;
  }
}

/** None for an empty line. */
function eventsOf({ text }: InputLine): readonly ProducedEvent[] | 'malformed' {
  if (text.trim() === '') return [];
  try {
    const event = JSON.parse(text) as ProducedEvent | null;
    return typeof event?.type === 'string' ? [event] : 'malformed';
  } catch {
    return 'malformed';
  }
}

function malformed(at: number, { text }: InputLine): SluiceError {
  return new SluiceError(
    'BAD_EVENT',
    `line ${at}: expected an event such as {"type":"step","data":{"name":"read"}}, got ${JSON.stringify(text.slice(0, 80))}. ` +
      'The lines before it were appended. For plain text add --text.',
    { details: { line: at } },
  );
}
