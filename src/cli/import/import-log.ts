import {
  detectFormat,
  readAgentLog,
  type AgentLogFormat,
  type LogEnding,
} from '../../bridges/agent-logs/index.ts';
import { produceRun, type RunProducer } from '../../client/index.ts';
import { isSluiceError, SluiceError } from '../../index.ts';
import type { Server } from '../server-address.ts';
import { importedEvents } from './imported-events.ts';
import { ImportedTimes } from './imported-times.ts';
import { fittingEnding } from './fitting-events.ts';
import { logRecords } from './log-records.ts';
import type { LogSource } from './log-source.ts';

/** What became of a log. */
export interface Imported {
  readonly file: string;
  readonly runId: string;
  readonly format: AgentLogFormat;
  readonly records: number;
  /** Records without an event: they only repeat what others say. */
  readonly skipped: number;
  /** Events that were appended now; none if the log was imported before. */
  readonly appended: number;
  readonly status: 'completed' | 'failed' | 'cancelled';
}

/** How a log is imported. */
export interface ImportSettings {
  readonly server: Server;
  readonly format: AgentLogFormat | undefined;
  readonly runId: string | undefined;
  readonly labels: Readonly<Record<string, string>> | undefined;
  readonly ttl: number | undefined;
  /** Events are stored under the times of the log. */
  readonly keepsTimes: boolean;
  readonly signal: AbortSignal;
  /** Told what was read, in bytes and events since the beginning of this log. */
  readonly onProgress: (bytes: number, events: number) => Promise<void>;
}

/** Records that are looked at to tell the format. */
const LOOKED_AT = 64;
const ENDED = /^(completed|failed|cancelled)$/;

/**
 * Makes a run of a log, or goes on with one that was interrupted. Rejects with `BAD_OPTION` where nobody writes such
 * logs, and as a producer does.
 */
export async function importLog(source: LogSource, settings: ImportSettings): Promise<Imported> {
  const { server } = settings;
  const format = settings.format ?? (await formatOf(source));
  const runId = settings.runId ?? `import-${format}-${source.digest}`;
  const labels = { imported: format, name: source.name, ...settings.labels };
  const digest = `import:${source.digest}`;
  const startedAt = settings.keepsTimes ? await beginningOf(source, format) : undefined;
  const isNew = await opened(server, {
    ...{ id: runId, labels, ttl: settings.ttl, startedAt },
    metadata: { importOf: digest },
  });
  const view = await server.client.get(runId);
  if (!isNew && view.metadata?.['importOf'] !== digest) {
    throw new SluiceError(
      'RUN_EXISTS',
      `run ${runId} exists, and is no import of this log. Choose another --run.`,
      {
        runId,
      },
    );
  }
  const told = { file: source.name, runId, format };
  if (ENDED.test(view.status)) {
    const counts = await countsOf(source, format);
    return { ...told, ...counts, appended: 0, status: view.status as Imported['status'] };
  }
  const before = await tipOf(server, runId);
  const from = isNew ? -1 : await lastRecord(server, runId, before);
  const producer = produceRun(server.client.eventsUrl(runId), {
    headers: server.headers,
    signal: settings.signal,
  });
  const times = new ImportedTimes(view.startedAt !== undefined);
  const pump = await pumped(producer, source, { format, from, times, settings });
  return { ...told, ...pump, appended: (await tipOf(server, runId)) - before };
}

async function countsOf(
  source: LogSource,
  format: AgentLogFormat,
): Promise<Pick<Imported, 'records' | 'skipped'>> {
  const reader = readAgentLog(format);
  let records = 0;
  let skipped = 0;
  for await (const line of logRecords(source.chunks())) {
    records++;
    if (reader.readLine(line).length === 0) skipped++;
  }
  return { records, skipped };
}

async function formatOf(source: LogSource): Promise<AgentLogFormat> {
  const lines: string[] = [];
  for await (const line of logRecords(source.chunks())) if (lines.push(line) === LOOKED_AT) break;
  const format = detectFormat(lines);
  if (format !== undefined) return format;
  throw new SluiceError(
    'BAD_OPTION',
    `import: expected a log of Codex, Claude Code, pi, OpenHands or opencode, but nothing in ${source.name} says whose it is. Name it with --format.`,
  );
}

/** The first time that a log tells; `undefined` if it tells none. */
async function beginningOf(source: LogSource, format: AgentLogFormat): Promise<string | undefined> {
  const reader = readAgentLog(format);
  for await (const line of logRecords(source.chunks())) {
    const timed = reader.readLine(line).find(({ time }) => time !== undefined);
    if (timed) return timed.time;
  }
  return reader.end().events.find(({ time }) => time !== undefined)?.time;
}

/** Whether the run is new. */
async function opened(
  { client }: Server,
  request: Parameters<Server['client']['open']>[0],
): Promise<boolean> {
  try {
    await client.open(request);
    return true;
  } catch (error) {
    if (isSluiceError(error, 'RUN_EXISTS')) return false;
    throw isSluiceError(error, 'FORBIDDEN') && request?.startedAt !== undefined ? noTimes(error) : error;
  }
}

function noTimes(cause: SluiceError): SluiceError {
  const hint =
    'To keep the times of the log takes the scope import; without it, --no-times stores them under the time of now.';
  return new SluiceError(cause.code, `${cause.message} ${hint}`, { cause });
}

async function pumped(
  producer: RunProducer,
  source: LogSource,
  {
    format,
    from,
    times,
    settings,
  }: {
    readonly format: AgentLogFormat;
    readonly from: number;
    readonly times: ImportedTimes;
    readonly settings: ImportSettings;
  },
): Promise<Pick<Imported, 'records' | 'skipped' | 'status'>> {
  const reader = readAgentLog(format);
  let bytes = 0;
  let events = 0;
  let records = 0;
  let skipped = 0;
  const counted = async function* (): AsyncGenerator<Uint8Array> {
    for await (const chunk of source.chunks()) {
      bytes += chunk.length;
      yield chunk;
    }
  };
  const say = async (told: ReturnType<typeof reader.read>): Promise<void> => {
    // What was read before is read again, since what follows may need it.
    const timed = told.map(event => times.of(event));
    if (records >= from) for (const event of importedEvents(timed, records)) await producer.emit(event);
    events += told.length;
    await settings.onProgress(bytes, events);
  };
  for await (const line of logRecords(counted())) {
    const told = reader.readLine(line);
    await say(told);
    if (told.length === 0) skipped++;
    records++;
  }
  const { events: held, ending } = reader.end();
  await say(held);
  return { records, skipped, status: await end(producer, fittingEnding(ending)) };
}

async function end(producer: RunProducer, ending: LogEnding): Promise<Imported['status']> {
  switch (ending.status) {
    case 'completed':
      await producer.complete(ending.output && { output: ending.output });
      return 'completed';
    case 'unsaid':
      await producer.complete({ summary: 'The log does not say how its agent ended.' });
      return 'completed';
    case 'failed':
      await producer.fail({ code: ending.code, message: ending.message });
      return 'failed';
    case 'cancelled':
      await producer.cancelled({ reason: ending.reason });
      return 'cancelled';
  }
}

/** The seq of the newest event. */
async function tipOf(server: Server, runId: string): Promise<number> {
  const url = new URL(server.client.eventsUrl(runId).href.replace(/\/events$/, '/offset'));
  const { cursor } = await askJson<{ readonly cursor: string }>(server, url);
  return Number(cursor.split('.')[1] ?? cursor) || 0;
}

/** The record that the newest events of an interrupted import are from; keys know which of its events are stored. */
async function lastRecord(server: Server, runId: string, tip: number): Promise<number> {
  const url = server.client.eventsUrl(runId);
  url.searchParams.set('after', String(Math.max(0, tip - 64)));
  url.searchParams.set('limit', '64');
  const { items } = await askJson<{
    readonly items: readonly { readonly metadata?: { readonly importedRecord?: number } }[];
  }>(server, url);
  const found = items.flatMap(({ metadata }) => metadata?.importedRecord ?? []);
  return found.length === 0 ? -1 : Math.min(...found);
}

async function askJson<Body>({ headers }: Server, url: URL): Promise<Body> {
  const response = await fetch(url, { headers: { ...headers, accept: 'application/json' } });
  if (response.ok) return (await response.json()) as Body;
  throw new SluiceError('BAD_RESPONSE', `import: expected the events of a run, got HTTP ${response.status}.`);
}
