import type { Client, RunState } from '../client/index.ts';
import { answerHint } from './answer-hint.ts';
import { durationText, timeBetween } from './duration-text.ts';
import { inline, printable } from './printable-text.ts';
import { labelsText, localTime, statusStyle } from './run-table.ts';
import type { TerminalStyle } from './terminal-style.ts';

/** A run as a server shows it. */
export type SingleRun = Awaited<ReturnType<Client['get']>>;

/** One run with all there is to know, a fact a line, and its open questions. Pure. */
export function runDetail(
  run: SingleRun,
  asks: RunState['asks'],
  { style, urlFlag = '' }: { readonly style: TerminalStyle; readonly urlFlag?: string | undefined },
): string[] {
  const { createdAt, startedAt = createdAt } = run;
  const took = timeBetween(startedAt, run.endedAt);
  const failure = run.error && `${inline(run.error.code)} ${printable(run.error.message)}`;
  const facts: readonly (readonly [name: string, text: string | undefined])[] = [
    ['run', style.bold(inline(run.runId))],
    ['status', statusStyle(style, run.status)(run.status)],
    ['why', failure ?? (run.reason === undefined ? undefined : printable(run.reason))],
    ['agent', run.agent],
    ['thread', run.threadId],
    ['parent', run.parentId],
    ['labels', labelsText(run.labels)],
    ['started', localTime(startedAt)],
    ['ended', run.endedAt && `${localTime(run.endedAt)} (after ${durationText(took!)})`],
    ['imported', run.startedAt && localTime(createdAt)],
    ['input', json(run.input)],
    ['output', json(run.output)],
    ['metadata', json(run.metadata)],
  ];
  const harmless = new Set(['run', 'status', 'why']);
  return [
    ...facts.flatMap(([name, text]) =>
      text === undefined || text === ''
        ? []
        : [
            `${style.dim(name.padEnd(9))}${(harmless.has(name) ? text : printable(text)).replaceAll('\n', '\n         ')}`,
          ],
    ),
    ...asks.map(
      ask =>
        `${style.notable('asks'.padEnd(9))}${style.bold(inline(ask.question))}\n         ${answerHint(run.runId, ask, urlFlag)}`,
    ),
    `${style.dim('watch'.padEnd(9))}sluice tail ${inline(run.runId)}${urlFlag}`,
  ];
}

function json(value: unknown): string | undefined {
  if (value === undefined) return undefined;
  return typeof value === 'string' ? value : JSON.stringify(value, null, 2);
}
